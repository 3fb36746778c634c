// What a WebAssembly module declares that tells how its functions use the stack: what each type
// of function takes and gives, of which type each function is, and how large its structures are.
//
// Thread: any.
// Owner: nobody; a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isolet {

struct WasmArity {
  uint64_t parameters = 0;
  uint64_t results = 0;
};

// The content of a section; empty: the module has none such.
struct WasmSection {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

struct WasmDeclarations {
  // Of each type; of what is no function, nothing.
  std::vector<WasmArity> types;
  // The type of each function, imported ones first.
  std::vector<uint32_t> functions;
  // Of all types.
  WasmArity most;
  size_t imported_functions = 0;
  // Variables, imported ones included.
  uint64_t globals = 0;
  // All of it was read: what comes next has the next number.
  bool is_whole = false;
  // Fields of the largest structure. A section of a form that is not known counts as one
  // structure from there on.
  uint64_t largest_struct = 0;

  // From above: of what is not declared, the most that there is.
  WasmArity TypeAt(uint64_t index) const {
    return index < types.size() ? types[index] : WasmArity{0, most.results};
  }
  WasmArity FunctionAt(uint64_t index) const {
    return index < functions.size() ? TypeAt(functions[index]) : WasmArity{0, most.results};
  }
};

// The sections are untrusted: where they make no sense, what follows is not declared.
WasmDeclarations ReadWasmDeclarations(WasmSection types, WasmSection imports, WasmSection functions,
                                      WasmSection globals);

}  // namespace isolet
