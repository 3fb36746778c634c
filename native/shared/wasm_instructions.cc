#include "shared/wasm_instructions.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace isolet {
namespace {

// Of one byte.
constexpr WasmInstruction kPlain[] = {
    {0x00, 0x01, WasmImmediates::kNone, 0},        // unreachable, nop
    {0x08, 0x09, WasmImmediates::kOne, 0},         // throw, rethrow
    {0x0a, 0x0a, WasmImmediates::kNone, 0},        // throw_ref
    {0x0c, 0x0c, WasmImmediates::kOne, 0},         // br
    {0x0d, 0x0d, WasmImmediates::kOne, -1},        // br_if
    {0x0f, 0x0f, WasmImmediates::kNone, 0},        // return
    {0x1a, 0x1a, WasmImmediates::kNone, -1},       // drop
    {0x1b, 0x1b, WasmImmediates::kNone, -2},       // select
    {0x20, 0x20, WasmImmediates::kOne, 1},         // local.get
    {0x21, 0x21, WasmImmediates::kOne, -1},        // local.set
    {0x22, 0x22, WasmImmediates::kOne, 0},         // local.tee
    {0x23, 0x23, WasmImmediates::kOne, 1},         // global.get
    {0x24, 0x24, WasmImmediates::kOne, -1},        // global.set
    {0x25, 0x25, WasmImmediates::kOne, 0},         // table.get
    {0x26, 0x26, WasmImmediates::kOne, -2},        // table.set
    {0x28, 0x35, WasmImmediates::kMemory, 0},      // loads
    {0x36, 0x3e, WasmImmediates::kMemory, -2},     // stores
    {0x3f, 0x3f, WasmImmediates::kOne, 1},         // memory.size
    {0x40, 0x40, WasmImmediates::kOne, 0},         // memory.grow
    {0x41, 0x42, WasmImmediates::kOne, 1},         // i32.const, i64.const
    {0x43, 0x43, WasmImmediates::kFourBytes, 1},   // f32.const
    {0x44, 0x44, WasmImmediates::kEightBytes, 1},  // f64.const
    {0x45, 0x45, WasmImmediates::kNone, 0},        // tests, then comparisons
    {0x46, 0x4f, WasmImmediates::kNone, -1},
    {0x50, 0x50, WasmImmediates::kNone, 0},
    {0x51, 0x66, WasmImmediates::kNone, -1},
    {0x67, 0x69, WasmImmediates::kNone, 0},  // i32: unary, binary
    {0x6a, 0x78, WasmImmediates::kNone, -1},
    {0x79, 0x7b, WasmImmediates::kNone, 0},  // i64
    {0x7c, 0x8a, WasmImmediates::kNone, -1},
    {0x8b, 0x91, WasmImmediates::kNone, 0},  // f32
    {0x92, 0x98, WasmImmediates::kNone, -1},
    {0x99, 0x9f, WasmImmediates::kNone, 0},  // f64
    {0xa0, 0xa6, WasmImmediates::kNone, -1},
    {0xa7, 0xc4, WasmImmediates::kNone, 0},   // conversions
    {0xd0, 0xd0, WasmImmediates::kOne, 1},    // ref.null
    {0xd1, 0xd1, WasmImmediates::kNone, 0},   // ref.is_null
    {0xd2, 0xd2, WasmImmediates::kOne, 1},    // ref.func
    {0xd3, 0xd3, WasmImmediates::kNone, -1},  // ref.eq
    {0xd4, 0xd4, WasmImmediates::kNone, 0},   // ref.as_non_null
    {0xd5, 0xd6, WasmImmediates::kOne, 0},    // br_on_null, br_on_non_null
};
// After 0xfb: structures, arrays, casts. What takes operands by the number of fields counts
// as taking none.
constexpr WasmInstruction kStructures[] = {
    {0x00, 0x01, WasmImmediates::kOne, 1},   // struct.new, struct.new_default
    {0x02, 0x04, WasmImmediates::kTwo, 0},   // struct.get
    {0x05, 0x05, WasmImmediates::kTwo, -2},  // struct.set
    {0x06, 0x06, WasmImmediates::kOne, -1},  // array.new
    {0x07, 0x07, WasmImmediates::kOne, 0},   // array.new_default
    {0x08, 0x08, WasmImmediates::kTwo, 1},   // array.new_fixed
    {0x09, 0x0a, WasmImmediates::kTwo, -1},  // array.new_data, array.new_elem
    {0x0b, 0x0d, WasmImmediates::kOne, -1},  // array.get
    {0x0e, 0x0e, WasmImmediates::kOne, -3},  // array.set
    {0x0f, 0x0f, WasmImmediates::kNone, 0},  // array.len
    {0x10, 0x10, WasmImmediates::kOne, -4},  // array.fill
    {0x11, 0x11, WasmImmediates::kTwo, -5},  // array.copy
    {0x12, 0x13, WasmImmediates::kTwo, -4},  // array.init_data, array.init_elem
    {0x14, 0x17, WasmImmediates::kOne, 0},   // ref.test, ref.cast
    {0x18, 0x19, WasmImmediates::kCast, 0},  // br_on_cast
    {0x1a, 0x1e, WasmImmediates::kNone, 0},  // conversions of references
    {0x20, 0x21, WasmImmediates::kOne, 1},   // struct.new with a descriptor
    {0x22, 0x24, WasmImmediates::kOne, 0},
};
// After 0xfc: conversions that saturate, bulk memory and tables.
constexpr WasmInstruction kBulk[] = {
    {0, 7, WasmImmediates::kNone, 0},   {8, 8, WasmImmediates::kTwo, -3},
    {9, 9, WasmImmediates::kOne, 0},    {10, 10, WasmImmediates::kTwo, -3},
    {11, 11, WasmImmediates::kOne, -3}, {12, 12, WasmImmediates::kTwo, -3},
    {13, 13, WasmImmediates::kOne, 0},  {14, 14, WasmImmediates::kTwo, -3},
    {15, 15, WasmImmediates::kOne, -1}, {16, 16, WasmImmediates::kOne, 1},
    {17, 17, WasmImmediates::kOne, -3},
};
// After 0xfd: vectors. Most of the later ones take two operands, and count as if they took one.
constexpr WasmInstruction kVectors[] = {
    {0, 10, WasmImmediates::kMemory, 0},          {11, 11, WasmImmediates::kMemory, -2},
    {12, 12, WasmImmediates::kSixteenBytes, 1},   {13, 13, WasmImmediates::kSixteenBytes, -1},
    {14, 14, WasmImmediates::kNone, -1},          {15, 20, WasmImmediates::kNone, 0},
    {21, 34, WasmImmediates::kLane, 0},           {35, 76, WasmImmediates::kNone, -1},
    {77, 77, WasmImmediates::kNone, 0},           {78, 81, WasmImmediates::kNone, -1},
    {82, 82, WasmImmediates::kNone, -2},          {83, 83, WasmImmediates::kNone, 0},
    {84, 87, WasmImmediates::kMemoryAndLane, -1}, {88, 91, WasmImmediates::kMemoryAndLane, -2},
    {92, 93, WasmImmediates::kMemory, 0},         {94, 0x1ff, WasmImmediates::kNone, 0},
};
// After 0xfe: atomics.
constexpr WasmInstruction kAtomics[] = {
    {0x00, 0x00, WasmImmediates::kMemory, -1}, {0x01, 0x02, WasmImmediates::kMemory, -2},
    {0x03, 0x03, WasmImmediates::kOne, 0},     {0x10, 0x16, WasmImmediates::kMemory, 0},
    {0x17, 0x1d, WasmImmediates::kMemory, -2}, {0x1e, 0x47, WasmImmediates::kMemory, -1},
    {0x48, 0x4e, WasmImmediates::kMemory, -2},
};

template <size_t kCount>
const WasmInstruction* Find(const WasmInstruction (&table)[kCount], uint64_t code) {
  const WasmInstruction* found =
      std::find_if(std::begin(table), std::end(table), [code](const WasmInstruction& instruction) {
        return code >= instruction.first && code <= instruction.last;
      });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

const WasmInstruction* FindWasmInstruction(uint8_t prefix, uint64_t code) {
  switch (prefix) {
    case 0:
      return Find(kPlain, code);
    case 0xfb:
      return Find(kStructures, code);
    case 0xfc:
      return Find(kBulk, code);
    case 0xfd:
      return Find(kVectors, code);
    case 0xfe:
      return Find(kAtomics, code);
    default:
      return nullptr;
  }
}

bool SkipWasmNumbers(WireReader& in, uint64_t count) {
  uint8_t byte = 0;
  for (uint64_t i = 0; i < count; ++i) {
    do {
      if (!in.Byte(&byte)) return false;
    } while (byte >= 0x80);
  }
  return true;
}

bool SkipWasmImmediates(WireReader& in, WasmImmediates immediates) {
  constexpr uint64_t kNamesMemory = 0x40;
  const uint8_t* ignored = nullptr;
  uint64_t alignment = 0;
  switch (immediates) {
    case WasmImmediates::kNone:
      return true;
    case WasmImmediates::kOne:
      return SkipWasmNumbers(in, 1);
    case WasmImmediates::kTwo:
      return SkipWasmNumbers(in, 2);
    case WasmImmediates::kMemory:
    case WasmImmediates::kMemoryAndLane:
      if (!in.Varint(&alignment)) return false;
      if (!SkipWasmNumbers(in, (alignment & kNamesMemory) != 0 ? 2 : 1)) return false;
      return immediates == WasmImmediates::kMemory || in.Bytes(1, &ignored);
    case WasmImmediates::kLane:
      return in.Bytes(1, &ignored);
    case WasmImmediates::kFourBytes:
      return in.Bytes(4, &ignored);
    case WasmImmediates::kEightBytes:
      return in.Bytes(8, &ignored);
    case WasmImmediates::kSixteenBytes:
      return in.Bytes(16, &ignored);
    case WasmImmediates::kCast:
      return in.Bytes(1, &ignored) && SkipWasmNumbers(in, 3);
  }
  return false;
}

}  // namespace isolet
