// Describes what a plugin threw, for the host: an object of name, message,
// stack, frames, and where they can cross the thrown value, the cause and the
// error's own properties.
//
// Reading an error runs the plugin's code (getters, prepareStackTrace): call
// within the call's scope.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

#include "shared/failure.h"

namespace isolet {

class RuntimeThread;

// `message` may be empty. False: stopped while the error was being read.
bool ReportException(RuntimeThread& thread, v8::Local<v8::Value> exception,
                     v8::Local<v8::Message> message, Failure* failure);

}  // namespace isolet
