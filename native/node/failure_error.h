// Turns a failure into the typed error that lib/ makes for it.
//
// Thread: host.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

#include "shared/failure.h"

namespace isolet {

class HostRuntime;

// Never empty, and leaves no exception pending.
v8::Local<v8::Value> ErrorOfFailure(HostRuntime& runtime, const Failure& failure);

}  // namespace isolet
