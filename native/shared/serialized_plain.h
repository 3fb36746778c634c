// What V8's serializer has written of plain data, in the words of our wire format.
//
// V8's format is versioned, and version 15 is that of Node 20 to 26: the tags that are known here
// have not changed since version 11. One that is not known is no plain data.
//
// Source: v8/src/objects/value-serializer.cc, SerializationTag.
//
// Thread: any.
// Owner: WritePlain, for one encoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/size_meter.h"
#include "shared/wire_format.h"

namespace isolet {

class SerializedPlain {
 public:
  SerializedPlain(const uint8_t* bytes, size_t size, WireWriter& out)
      : in_(bytes, size), out_(out) {}

  // `count` values. False: they are not plain, too deep or too large, and nothing is written.
  bool Translate(size_t count, uint32_t max_depth, SizeMeter* meter);

 private:
  enum class Kind : uint8_t { kObject, kDenseArray, kSparseArray };
  struct Frame {
    Kind kind;
    bool only_primitives = true;
    size_t tag_offset = 0;
    // Of an array, and how many of its elements have come.
    uint32_t length = 0;
    uint32_t index = 0;
  };

  bool TranslateTree(uint32_t max_depth);
  // Up to the next value in the innermost container; closes it if there is none.
  bool Advance(bool* is_closed);
  bool AdvanceInArray(Frame& frame, bool* is_closed);
  bool Close();
  bool TranslateValue();
  bool TranslatePrimitive(uint8_t tag);
  bool TranslateString(uint8_t tag);
  bool Open(Kind kind);
  bool CopyDouble(WireTag tag);
  bool NextIs(uint8_t tag);
  // That of a value or a key: what pads it is skipped.
  bool NextTag(uint8_t* tag);

  WireReader in_;
  WireWriter& out_;
  std::vector<Frame> frames_;
  size_t objects_ = 0;
};

}  // namespace isolet
