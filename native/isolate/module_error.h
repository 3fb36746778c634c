// Errors that say which module could not be had. They are marked, so that the host can tell
// them from others that look alike.
//
// Thread: runtime.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <cstdint>

#include "shared/failure.h"

namespace isolet {

class Realm;

enum class ModuleProblem : uint8_t { kNotFound, kResolverFailed, kLoaderFailed };

// `cause`, unless it is empty, is for the host alone: what a loader throws names files.
v8::Local<v8::Object> NewModuleError(const Realm& realm, ModuleProblem problem,
                                     v8::Local<v8::String> specifier,
                                     v8::Local<v8::String> referrer, v8::Local<v8::Value> cause);
// Fills in what `failure` says of a module error; false: `error` is none.
bool DescribeModuleError(const Realm& realm, v8::Local<v8::Object> error, Failure* failure,
                         v8::Local<v8::Value>* cause);

}  // namespace isolet
