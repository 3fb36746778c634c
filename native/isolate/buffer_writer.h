// Encodes ArrayBuffers and the views of them.
//
// Thread: any, always that of the values' isolate.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

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
  WireWriter* const out_;
  SizeMeter* const meter_;
  ObjectIndex* const objects_;
};

}  // namespace isolet
