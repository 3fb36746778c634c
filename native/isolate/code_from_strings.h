// Keeps `eval` and `new Function` inside a plugin from compiling text that is large for
// the runtime's limit: what the parser and the compilers make of it meanwhile is outside
// V8's heap, 150 bytes for each of the text's at worst (a list of functions, measured).
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

class RuntimeThread;

void BoundCodeFromStrings(RuntimeThread& thread);

}  // namespace isolet
