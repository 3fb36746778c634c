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
// Owner: nobody; a function.
#pragma once

#include <v8.h>

#include <cstdint>
#include <span>

#include "isolate/realm.h"
#include "shared/size_meter.h"
#include "shared/wire_format.h"

namespace isolet {

#if V8_MAJOR_VERSION >= 12
inline constexpr bool kWritesPlain = true;
#else
inline constexpr bool kWritesPlain = false;
#endif

// One after another. Objects are numbered from 0: none may have been written before. False: none
// of them is written.
bool WritePlain(const Realm& realm, std::span<const v8::Local<v8::Value>> values,
                uint32_t max_depth, WireWriter& out, SizeMeter& meter);

}  // namespace isolet
