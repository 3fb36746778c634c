#include "isolate/object_index.h"

namespace isolet {

size_t ObjectIndex::SlotOf(v8::Local<v8::Object> object) const {
  size_t mask = slots_.size() - 1;
  // V8's hashes have some 20 bits: spread, or millions of objects share one run of slots.
  size_t slot =
      (static_cast<uint64_t>(object->GetIdentityHash()) * 0x9E3779B97F4A7C15u >> 32) & mask;
  while (slots_[slot] != 0 && objects_[slots_[slot] - 1] != object) slot = (slot + 1) & mask;
  return slot;
}

int64_t ObjectIndex::Find(v8::Local<v8::Object> object) const {
  if (slots_.empty()) return -1;
  return static_cast<int64_t>(slots_[SlotOf(object)]) - 1;
}

int64_t ObjectIndex::Recall(v8::Local<v8::Object> object) {
  if ((objects_.size() + 1) * 2 > slots_.size()) {
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, 0);
    for (uint32_t i = 0; i < objects_.size(); ++i) {
      if (!objects_[i].IsEmpty()) slots_[SlotOf(objects_[i])] = i + 1;
    }
  }
  size_t slot = SlotOf(object);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  objects_.push_back(object);
  slots_[slot] = static_cast<uint32_t>(objects_.size());
  return -1;
}

}  // namespace isolet
