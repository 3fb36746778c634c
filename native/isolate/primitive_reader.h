// Decodes the values that are no objects.
//
// Thread: any, always that of its isolate, inside a context.
// Owner: ValueReader.
#pragma once

#include <v8.h>

#include "shared/wire_format.h"

namespace isolet {

class PrimitiveReader {
 public:
  PrimitiveReader(v8::Isolate* isolate, WireReader* in) : isolate_(isolate), in_(in) {}

  // Reads what follows `tag`. False: no primitive's tag, damaged bytes, or with an
  // exception pending a string that V8 can't hold.
  bool Read(WireTag tag, v8::Local<v8::Value>* value);
  v8::MaybeLocal<v8::String> ReadString(WireTag tag);

 private:
  bool ReadBigInt(v8::Local<v8::Value>* value);

  v8::Isolate* const isolate_;
  WireReader* const in_;
};

}  // namespace isolet
