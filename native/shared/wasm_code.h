// What V8's compilers make of the functions of a WebAssembly module, estimated from above: they
// hold far more than the module's bytes, and none of it is in a limit of V8's.
//
// Found by attacks: a function of 49,000 variables and 20,000 blocks, 80 KB, took a gigabyte
// a second, and one that makes 20,000 structures of 2,000 fields became 412 MB of code.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <cstdint>
#include <vector>

#include "shared/wasm_declarations.h"

namespace isolet {

// A function that ends in a call of another: its body's number, and where its code begins there; 0:
// that could not be read.
struct WasmTailCaller {
  uint32_t body;
  uint32_t code;
};

struct WasmCode {
  // Of machine code, by instructions that make a structure with all of its fields.
  uint64_t structure_bytes = 0;
  // What the baseline compiler holds while it works on the function that takes the most.
  uint64_t compiler_bytes = 0;
  // The same of the optimizing compiler.
  uint64_t optimizer_bytes = 0;
  // In the order of their bodies.
  std::vector<WasmTailCaller> tail_callers;
};

// What makes no sense is V8's to refuse.
WasmCode ReadWasmCode(WasmSection section, const WasmDeclarations& declared);

}  // namespace isolet
