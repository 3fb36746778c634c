// Encodes ArrayBuffers and the views of them.
//
// Thread: any, always that of the values' isolate.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

#include "isolate/object_index.h"
#include "shared/size_meter.h"
#include "shared/wire_format.h"

namespace isolet {

class BufferWriter {
 public:
  BufferWriter(WireWriter* out, SizeMeter* meter, ObjectIndex* objects)
      : out_(out), meter_(meter), objects_(objects) {}

  // Both return what the value is called where it can't cross, null where it was
  // written or (the meter knows) is too large. Throw std::bad_alloc.
  const char* Write(v8::Local<v8::ArrayBuffer> buffer, size_t offset, size_t length);
  const char* WriteView(v8::Local<v8::ArrayBufferView> view);

 private:
  struct Length {
    int64_t number;
    size_t bytes;
  };

  // How much was written of the buffer that has this number.
  void NoteLength(int64_t number, size_t length);
  size_t LengthOf(int64_t number) const;

  WireWriter* const out_;
  SizeMeter* const meter_;
  ObjectIndex* const objects_;
  std::vector<Length> lengths_;  // of buffers, by number
};

}  // namespace isolet
