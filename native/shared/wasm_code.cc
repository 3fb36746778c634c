#include "shared/wasm_code.h"

#include <algorithm>

#include "shared/capped.h"
#include "shared/wasm_function.h"
#include "shared/wire_format.h"

namespace isolet {
namespace {

// Liftoff keeps where each variable and each value on the stack is, for each block (VarState).
constexpr uint64_t kBytesPerValueAndBlock = 16;
// TurboFan keeps a node with its inputs for each field of a structure that is made.
constexpr uint64_t kBytesPerFieldMade = 700;
constexpr uint64_t kCodePerFieldMade = 8;
// The optimizing compiler's time grows with the square of their depth, and no process ends
// before it has: 50,000 took a minute (V8 11.3) or two (12.4). People's code has a dozen.
constexpr uint64_t kMostNestedLoops = 1000;
// V8's own bound: it refuses more.
constexpr uint32_t kMostFunctions = 1'000'000;

}  // namespace

WasmCode ReadWasmCode(WasmSection section, const WasmDeclarations& declared) {
  WasmCode code;
  WireReader in(section.data, section.size);
  uint32_t count = 0;
  if (!in.Varint32(&count) || count > kMostFunctions) return code;
  const size_t imported = declared.functions.size() > count ? declared.functions.size() - count : 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    const uint8_t* body = nullptr;
    if (!in.Varint32(&length) || !in.Bytes(length, &body)) break;
    const WasmFunction function =
        ReadWasmFunction({body, length}, declared.FunctionAt(imported + i), declared);
    if (function.makes_tail_calls) code.tail_callers.push_back({i, function.code});
    const uint64_t made = CappedProduct(function.structures_made, declared.largest_struct);
    code.structure_bytes =
        std::min(code.structure_bytes + CappedProduct(made, kCodePerFieldMade), kCapped);
    const uint64_t bytes = CappedProduct(function.values_kept, kBytesPerValueAndBlock) +
                           CappedProduct(made, kBytesPerFieldMade);
    code.optimizer_bytes = std::max(code.optimizer_bytes, function.optimizer_bytes);
    code.compiler_bytes =
        std::max(code.compiler_bytes, function.nested_loops > kMostNestedLoops ? kCapped : bytes);
  }
  return code;
}

}  // namespace isolet
