// Compiles a script of the host's for a realm.
//
// Thread: any, always that of the realm.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

#include <cstdint>
#include <string>
#include <vector>

#include "isolate/realm.h"
#include "shared/message.h"

namespace isolet {

// Without a position, or a filename in it, errors name the script `<eval>`. Empty
// with an exception pending.
v8::MaybeLocal<v8::Script> CompileScript(const Realm& realm, v8::Local<v8::String> source,
                                         const ScriptPosition* position);

// With code that V8 has compiled before, if that is still good for it.
v8::MaybeLocal<v8::Script> CompileWithCache(const Realm& realm, v8::Local<v8::String> source,
                                            const std::string& filename,
                                            const std::vector<uint8_t>& cache);

}  // namespace isolet
