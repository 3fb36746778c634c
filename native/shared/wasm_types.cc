#include "shared/wasm_types.h"

#include "shared/wire_format.h"

namespace isolet {
namespace {

constexpr uint8_t kFunctionType = 0x60;
// Types of values that are one byte: numbers, vectors, and references to what is built in.
constexpr uint8_t kFirstSimple = 0x68;
constexpr uint8_t kLastSimple = 0x7f;
// The shortest type is this many bytes: a structure without fields.
constexpr size_t kShortest = 2;

bool SkipSimpleTypes(WireReader& in) {
  uint32_t count = 0;
  if (!in.Varint32(&count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    uint8_t type = 0;
    if (!in.Byte(&type) || type < kFirstSimple || type > kLastSimple) return false;
  }
  return true;
}

}  // namespace

std::optional<WasmTypes::Section> WasmTypes::Read(const uint8_t* content, size_t size) const {
  if (size > quota_.most() * kBytesOfOne) return std::nullopt;
  Section section;
  WireReader in(content, size);
  uint32_t count = 0;
  if (!in.Varint32(&count)) return section;
  while (!in.AtEnd()) {
    const size_t before = in.remaining();
    uint8_t form = 0;
    if (in.Byte(&form) && form == kFunctionType && SkipSimpleTypes(in) && SkipSimpleTypes(in)) {
      const uint8_t* begin = content + (size - before);
      section.signatures.emplace(begin, begin + (before - in.remaining()));
      continue;
    }
    section.others.assign(content, content + size);
    section.most_others = (before / kShortest) + 1;
    break;
  }
  return section;
}

uint64_t WasmTypes::Cost(const std::string& known, uint64_t types) {
  return types + (known.size() / kBytesOfOne);
}

bool WasmTypes::Admit(const Section& section, uint64_t* added) {
  // Not even looked up: the others wait meanwhile.
  if (section.signatures.size() > quota_.most()) return false;
  std::lock_guard lock(mutex_);
  std::set<std::string> fresh;
  for (const std::string& signature : section.signatures) {
    if (!known_.contains(signature)) fresh.insert(fresh.end(), signature);
  }
  uint64_t count = 0;
  for (const std::string& signature : fresh) count += Cost(signature, 1);
  if (!section.others.empty() && !known_.contains(section.others)) {
    count += Cost(section.others, section.most_others);
    fresh.insert(section.others);
  }
  if (count == 0) return true;
  if (!quota_.Take(*added, count)) return false;
  *added += count;
  known_.merge(fresh);
  return true;
}

}  // namespace isolet
