// Encodes values that are plain data alone, by V8's own serializer, whose bytes it translates.
//
// V8 walks objects by their hidden classes, at a fifth of what the same walk takes through V8's
// interface. Nothing runs meanwhile: a getter, a proxy, a function or anything else that crosses in
// its own way makes it give up, with nothing written and nothing seen of it, and ValueWriter begins
// anew. So which of the two has encoded a value shows in nothing but the time it took.
//
// Not on Node 20, whose serializer asks nobody whether an object is to cross as a stream.
//
// Thread: any, always that of its realm, in a HandleScope.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

#include <cstdint>
#include <span>

#include "isolate/realm.h"
#include "shared/size_meter.h"
#include "shared/wire_format.h"

namespace isolet {

class PlainWriter {
 public:
#if V8_MAJOR_VERSION >= 12
  static constexpr bool kIsAvailable = true;
#else
  static constexpr bool kIsAvailable = false;
#endif

  PlainWriter(const Realm& realm, WireWriter* out, SizeMeter* meter, uint32_t max_depth)
      : realm_(realm), out_(out), meter_(meter), max_depth_(max_depth) {}

  // One after another. Objects are numbered from 0: none may have been written before. False: none
  // of them is written.
  bool Write(std::span<const v8::Local<v8::Value>> values);

 private:
  const Realm& realm_;
  WireWriter* const out_;
  SizeMeter* const meter_;
  const uint32_t max_depth_;
};

}  // namespace isolet
