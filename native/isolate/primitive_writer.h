// Encodes the values that are no objects.
//
// Thread: any, always that of its isolate.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

#include "shared/size_meter.h"
#include "shared/wire_format.h"

namespace isolet {

class PrimitiveWriter {
 public:
  PrimitiveWriter(v8::Isolate* isolate, WireWriter* out, SizeMeter* meter)
      : isolate_(isolate), out_(out), meter_(meter) {}

  // False: no primitive, or one that does not cross, or (the meter knows) one too
  // large.
  bool Write(v8::Local<v8::Value> value);
  bool WriteString(v8::Local<v8::String> string);

 private:
  void WriteBigInt(v8::Local<v8::BigInt> value);

  v8::Isolate* const isolate_;
  WireWriter* const out_;
  SizeMeter* const meter_;
};

}  // namespace isolet
