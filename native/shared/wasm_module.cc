#include "shared/wasm_module.h"

#include <algorithm>

#include "shared/wire_format.h"

namespace isolet {
namespace {

constexpr size_t kHeaderSize = 8;  // magic number and version
constexpr uint8_t kTypeSection = 1;
constexpr uint8_t kImportSection = 2;
constexpr uint8_t kFunctionSection = 3;
constexpr uint8_t kMemorySection = 5;
constexpr uint8_t kStartSection = 8;
constexpr uint8_t kElementSection = 9;
constexpr uint8_t kCodeSection = 10;

// The flags of a memory's limits.
constexpr uint8_t kHasMaximum = 1;
constexpr uint8_t kKnownFlags = 7;  // also: shared, 64 bits

// LEB128, as the wire format has it.
void AppendVarint(std::vector<uint8_t>& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<uint8_t>(value));
}

void Append(std::vector<uint8_t>& out, const uint8_t* bytes, size_t count) {
  out.insert(out.end(), bytes, bytes + count);
}

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
  module.bytes.push_back(kMemorySection);
  AppendVarint(module.bytes, out.size());
  Append(module.bytes, out.data(), out.size());
  return true;
}

// Null: of no interest.
BoundedModule::Place* PlaceOf(uint8_t section, BoundedModule& module) {
  switch (section) {
    case kTypeSection:
      return &module.types;
    case kImportSection:
      return &module.imports;
    case kFunctionSection:
      return &module.functions;
    case kCodeSection:
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
  if (!in.Bytes(kHeaderSize, &header)) return std::nullopt;
  BoundedModule module;
  module.bytes.reserve(size + 16);
  Append(module.bytes, header, kHeaderSize);
  while (!in.AtEnd()) {
    uint8_t id = 0;
    uint32_t length = 0;
    const uint8_t* content = nullptr;
    if (!in.Byte(&id) || !in.Varint32(&length) || !in.Bytes(length, &content)) return std::nullopt;
    if (id == kMemorySection) {
      if (!BoundSection(WireReader(content, length), most_pages, module)) return std::nullopt;
      continue;
    }
    if (id == kStartSection || id == kElementSection) module.hands_out_functions = true;
    module.bytes.push_back(id);
    AppendVarint(module.bytes, length);
    // V8 would have read the first by the time it refuses the second.
    if (id == kTypeSection && module.types.offset != 0) return std::nullopt;
    if (BoundedModule::Place* place = PlaceOf(id, module)) *place = {module.bytes.size(), length};
    Append(module.bytes, content, length);
  }
  return module;
}

}  // namespace isolet
