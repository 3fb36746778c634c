// Throws on what a TryCatch has caught. V8's own way forgets a termination (11.3: the code that
// was to end goes on), so that is asked for again.
//
// Thread: any, always that of the isolate passed.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

inline void Rethrow(v8::Isolate* isolate, v8::TryCatch& try_catch) {
  if (try_catch.HasTerminated()) {
    isolate->TerminateExecution();
  } else {
    try_catch.ReThrow();
  }
}

}  // namespace isolet
