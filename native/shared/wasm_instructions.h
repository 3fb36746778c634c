// The instructions of WebAssembly but for control and calls: what follows their code, and what
// they do to the stack's height.
//
// Those of the specification (release 3), vectors and atomics.
//
// Thread: any.
// Owner: nobody; tables.
#pragma once

#include <cstdint>

namespace isolet {

enum class WasmImmediates : uint8_t {
  kNone,
  kOne,     // a number
  kTwo,     // two numbers
  kMemory,  // alignment, which may tell that a memory's number follows, and offset
  kMemoryAndLane,
  kLane,
  kSixteenBytes,
  kFourBytes,
  kEightBytes,
  kCast,  // flags, label, two heap types
};
struct WasmInstruction {
  uint64_t first;
  uint64_t last;
  WasmImmediates immediates;
  int effect;
};

// `prefix`: the byte before the code, or 0. Null: there is none such.
const WasmInstruction* FindWasmInstruction(uint8_t prefix, uint64_t code);

}  // namespace isolet
