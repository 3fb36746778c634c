#include "shared/wasm_module.h"

#include <algorithm>

#include "shared/wasm_bytes.h"
#include "shared/wire_format.h"

namespace isolet {
namespace {

// The flags of a memory's limits.
constexpr uint8_t kHasMaximum = 1;
constexpr uint8_t kKnownFlags = 7;  // also: shared, 64 bits

// One memory's limits, rewritten into `out`; adds to `pages` what it can take.
bool BoundMemory(WireReader& in, uint64_t most_pages, std::vector<uint8_t>& out, uint64_t* pages) {
  uint8_t flags = 0;
  uint64_t minimum = 0;
  uint64_t maximum = UINT64_MAX;
  if (!in.Byte(&flags) || (flags & ~kKnownFlags) != 0 || !in.Varint(&minimum)) return false;
  if ((flags & kHasMaximum) != 0 && !in.Varint(&maximum)) return false;
  const bool is_bounded = most_pages != kAnyPages;
  // One that contradicts itself is left for V8 to refuse.
  if (maximum >= minimum) maximum = std::min(maximum, std::max(minimum, most_pages));
  out.push_back(static_cast<uint8_t>(is_bounded ? flags | kHasMaximum : flags));
  AppendVarint(out, minimum);
  if (is_bounded || (flags & kHasMaximum) != 0) AppendVarint(out, maximum);
  // More than there can be of one is more than there can be of all.
  *pages = std::min(*pages + std::min(is_bounded ? maximum : minimum, kAbsurdPages), kAbsurdPages);
  return true;
}

bool BoundSection(WireReader section, uint64_t most_pages, BoundedModule& module) {
  std::vector<uint8_t> out;
  uint32_t count = 0;
  if (!section.Varint32(&count)) return false;
  AppendVarint(out, count);
  for (uint32_t i = 0; i < count; ++i) {
    if (!BoundMemory(section, most_pages, out, &module.pages)) return false;
  }
  if (!section.AtEnd()) return false;
  module.memories += count;
  module.bytes.push_back(kWasmMemorySection);
  AppendSized(module.bytes, out);
  return true;
}

// Null: of no interest.
BoundedModule::Place* PlaceOf(uint8_t section, BoundedModule& module) {
  switch (section) {
    case kWasmTypeSection:
      return &module.types;
    case kWasmImportSection:
      return &module.imports;
    case kWasmFunctionSection:
      return &module.functions;
    case kWasmGlobalSection:
      return &module.globals;
    case kWasmCodeSection:
      return &module.function_bodies;
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<BoundedModule> BoundWasmMemories(const uint8_t* data, size_t size,
                                               uint64_t most_pages) {
  WireReader in(data, size);
  const uint8_t* header = nullptr;
  if (!in.Bytes(kWasmHeaderSize, &header)) return std::nullopt;
  BoundedModule module;
  module.bytes.reserve(size + 16);
  Append(module.bytes, header, kWasmHeaderSize);
  while (!in.AtEnd()) {
    uint8_t id = 0;
    uint32_t length = 0;
    const uint8_t* content = nullptr;
    if (!in.Byte(&id) || !in.Varint32(&length) || !in.Bytes(length, &content)) return std::nullopt;
    if (id == kWasmMemorySection) {
      if (!BoundSection(WireReader(content, length), most_pages, module)) return std::nullopt;
      continue;
    }
    if (id == kWasmStartSection || id == kWasmElementSection) module.hands_out_functions = true;
    module.bytes.push_back(id);
    AppendVarint(module.bytes, length);
    if (BoundedModule::Place* place = PlaceOf(id, module)) {
      // V8 would have read the first by the time it refuses the second.
      if (place->offset != 0) return std::nullopt;
      *place = {module.bytes.size(), length};
    }
    Append(module.bytes, content, length);
  }
  return module;
}

}  // namespace isolet
