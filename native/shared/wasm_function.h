// How high the stack of a WebAssembly function is where its blocks begin, from above.
//
// Reads instructions as the specification has them (release 3, and legacy exceptions). At one
// that it does not know it assumes the worst of all that follows.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <cstdint>

#include "shared/wasm_declarations.h"

namespace isolet {

struct WasmFunction {
  // Variables and values on the stack, summed over all blocks.
  uint64_t values_kept = 0;
  // Instructions that make a structure with default fields.
  uint64_t structures_made = 0;
  // See WasmOptimizer.
  uint64_t optimizer_bytes = 0;
  // The most that are in one another.
  uint64_t nested_loops = 0;
  // It ends in a call of another function, or may do so: it was not read to its end.
  bool makes_tail_calls = false;
  // Where its instructions begin, if that could be read.
  uint32_t code = 0;
};

// `body`: untrusted, and V8's to judge.
WasmFunction ReadWasmFunction(WasmSection body, WasmArity type, const WasmDeclarations& declared);

}  // namespace isolet
