#include "shared/json_parts.h"

namespace isolet {
namespace {

// Bytes, as measured, with what its lists grow by.
constexpr uint64_t kLevel = 40;
constexpr uint64_t kElement = 24;
constexpr uint64_t kProperty = 100;

uint64_t BytesOfPart(bool is_object) { return is_object ? kProperty : kElement; }

}  // namespace

bool JsonParts::Read(const uint16_t* units, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint16_t unit = units[i];
    if (is_in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (unit == '\\') {
        is_escaped_ = true;
      } else if (unit == '"') {
        is_in_string_ = false;
      }
      continue;
    }
    switch (unit) {
      case '"':
        is_in_string_ = true;
        break;
      case '[':
      case '{':
        if (!Begin(unit == '{')) return false;
        break;
      case ',':
        if (!NextPart()) return false;
        break;
      case ']':
      case '}':
        End();
        break;
      default:
        break;
    }
  }
  return true;
}

bool JsonParts::Begin(bool is_object) {
  open_.push_back({is_object, 1});
  return Add(kLevel + BytesOfPart(is_object));
}

bool JsonParts::NextPart() {
  if (open_.empty()) return true;
  ++open_.back().parts;
  return Add(BytesOfPart(open_.back().is_object));
}

void JsonParts::End() {
  if (open_.empty()) return;
  const auto [is_object, parts] = open_.back();
  open_.pop_back();
  held_ -= kLevel + (parts * BytesOfPart(is_object));
}

}  // namespace isolet
