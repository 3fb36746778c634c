// The instructions of WebAssembly but for control and calls: what follows their code, and what
// they do to the stack's height.
//
// Those of the specification (release 3), vectors and atomics.
//
// Thread: any.
// Owner: nobody; tables and functions.
#pragma once

#include <cstdint>

#include "shared/wire_format.h"

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

// False: they are not there. Signed numbers, too, whose last byte a Varint would not take.
bool SkipWasmNumbers(WireReader& in, uint64_t count);
bool SkipWasmImmediates(WireReader& in, WasmImmediates immediates);

}  // namespace isolet
