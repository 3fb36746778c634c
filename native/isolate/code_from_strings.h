// Keeps `eval`, `new Function` and timers inside a plugin from compiling text that is large for
// the runtime's limit: what the parser and the compilers make of it meanwhile is outside
// V8's heap, 150 bytes for each of the text's at worst (a list of functions, measured).
//
// Thread: runtime.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

namespace isolet {

class RuntimeThread;

void BoundCodeFromStrings(RuntimeThread& thread);
// False with an EvalError pending: too large.
bool AdmitCodeFromString(RuntimeThread& thread, v8::Local<v8::String> text);

}  // namespace isolet
