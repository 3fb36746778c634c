#include "isolate/property_keys.h"

#include <algorithm>
#include <cstring>

namespace isolet {
namespace {

// A longer one is hardly met twice.
constexpr uint32_t kLongestFound = 64;

// Honest names hardly come to longer runs of slots. Those that a script has chosen to collide are
// left to V8, whose own table has a secret seed: with 50,000 of them the host stood still for 4 s.
constexpr size_t kLongestRun = 64;

// FNV-1a.
uint32_t HashOf(const uint8_t* bytes, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < length; ++i) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

bool IsDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

bool IsIdentifierOf(const uint8_t* bytes, uint32_t length) {
  const bool has_its_characters = std::all_of(bytes, bytes + length, [](uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || IsDigit(byte) ||
           byte == '_' || byte == '$';
  });
  constexpr std::string_view kProto = "__proto__";
  return has_its_characters && length > 0 && !IsDigit(bytes[0]) &&
         std::string_view(reinterpret_cast<const char*>(bytes), length) != kProto;
}

}  // namespace

size_t PropertyKeys::SlotOf(const uint8_t* bytes, uint32_t length, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  for (size_t steps = 0; steps < kLongestRun; ++steps) {
    const size_t slot = (hash + steps) & mask;
    if (slots_[slot] == 0) return slot;
    const Key& key = keys_[slots_[slot] - 1];
    if (key.hash == hash && key.length == length && std::memcmp(key.bytes, bytes, length) == 0) {
      return slot;
    }
  }
  return kNoSlot;
}

void PropertyKeys::MakeRoom() {
  if ((keys_.size() + 1) * 2 <= slots_.size()) return;
  slots_.assign(slots_.empty() ? 32 : slots_.size() * 2, 0);
  for (uint32_t number = 0; number < keys_.size(); ++number) {
    const Key& key = keys_[number];
    if (key.bytes == nullptr) continue;
    const size_t slot = SlotOf(key.bytes, key.length, key.hash);
    if (slot != kNoSlot) slots_[slot] = number + 1;
  }
}

bool PropertyKeys::Find(const uint8_t* bytes, uint32_t length, uint32_t* number) {
  if (length > INT32_MAX) return false;
  size_t slot = kNoSlot;
  Key key;
  if (length <= kLongestFound) {
    MakeRoom();
    const uint32_t hash = HashOf(bytes, length);
    slot = SlotOf(bytes, length, hash);
    if (slot != kNoSlot) {
      if (slots_[slot] != 0) {
        *number = slots_[slot] - 1;
        return true;
      }
      key.bytes = bytes;
      key.length = length;
      key.hash = hash;
    }
  }
  v8::Local<v8::String> name;
  if (!v8::String::NewFromOneByte(isolate_, bytes, v8::NewStringType::kInternalized,
                                  static_cast<int>(length))
           .ToLocal(&name)) {
    return false;
  }
  key.value = name;
  key.is_name = length > 0 && !IsDigit(bytes[0]);
  key.is_identifier = slot != kNoSlot && IsIdentifierOf(bytes, length);
  keys_.push_back(key);
  *number = static_cast<uint32_t>(keys_.size() - 1);
  if (slot != kNoSlot) slots_[slot] = *number + 1;
  return true;
}

uint32_t PropertyKeys::Add(v8::Local<v8::Value> value) {
  Key key;
  key.value = value;
  keys_.push_back(key);
  return static_cast<uint32_t>(keys_.size() - 1);
}

}  // namespace isolet
