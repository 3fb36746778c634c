// Bounds the memories that a WebAssembly module defines, by rewriting the limits
// in its bytes: the code of an instance can grow its own memory without anyone
// outside getting to know.
//
// Only the frame of sections and the memory section are read; the rest is copied,
// and stays for V8 to judge. The bytes are untrusted.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "shared/wasm_code.h"

namespace isolet {

constexpr uint64_t kWasmPageSize = 65536;

constexpr size_t kWasmHeaderSize = 8;  // magic number and version
enum WasmSectionId : uint8_t {
  kWasmTypeSection = 1,
  kWasmImportSection = 2,
  kWasmFunctionSection = 3,
  kWasmMemorySection = 5,
  kWasmGlobalSection = 6,
  kWasmStartSection = 8,
  kWasmElementSection = 9,
  kWasmCodeSection = 10,
  kWasmDataCountSection = 12,
};

// No bound: then a memory counts for what it starts with.
constexpr uint64_t kAnyPages = UINT64_MAX;
// More than there can be, and few enough that their bytes are a number of 64 bits.
constexpr uint64_t kAbsurdPages = uint64_t{1} << 40;

struct BoundedModule {
  std::vector<uint8_t> bytes;
  // What the memories of one instance can take at most, in pages.
  uint64_t pages = 0;
  // How many memories it defines.
  uint64_t memories = 0;
  // Where what a section holds begins in `bytes`, as they were read, and its size; 0: there is none
  // such.
  struct Place {
    size_t offset = 0;
    size_t size = 0;
  };
  Place types;
  Place imports;
  Place functions;
  Place globals;
  Place function_bodies;
  WasmSection At(Place place) const { return {bytes.data() + place.offset, place.size}; }
  // What compilers make of it; whoever has read that wrote it here.
  WasmCode code;
  // Whether an instance's functions can get out although its instantiation then fails: it
  // has element segments or a start function.
  bool hands_out_functions = false;
};

// Gives each memory that the module defines a maximum of `most_pages`, or of what it
// starts with if that is more; a lower maximum of its own stays. Empty where the bytes
// are no module, or have memories of a kind not known here.
std::optional<BoundedModule> BoundWasmMemories(const uint8_t* data, size_t size,
                                               uint64_t most_pages);

}  // namespace isolet
