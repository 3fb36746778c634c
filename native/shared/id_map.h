// Objects known to the other side by number: ids cross threads, pointers don't.
//
// Thread: any one; it is not synchronised.
// Owner: the side whose objects it holds.
//
// An id is a slot's index and how often that slot has been filled, so a stale id, or one that an
// untrusted side made up, finds nothing instead of a stranger. Ids are never 0, never used twice,
// and fit in 53 bits (a JavaScript number). (Rejected: a counter with a hash map; the look-up is
// part of every function call.)
#ifndef ISOLET_SHARED_ID_MAP_H_
#define ISOLET_SHARED_ID_MAP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace isolet {

template <class T>
class IdMap {
 public:
  IdMap() = default;
  IdMap(const IdMap&) = delete;
  IdMap& operator=(const IdMap&) = delete;

  uint64_t Add(T value) {
    if (first_free_ == kNone) AddChunk();
    const uint32_t index = first_free_;
    Slot& slot = At(index);
    first_free_ = slot.next_free;
    slot.id = uint64_t{slot.uses} << 32 | index;
    slot.value.emplace(std::move(value));
    ++size_;
    return slot.id;
  }

  // The pointer stays good until that id is removed, also across Add: a call may bind functions
  // while it uses one.
  T* Find(uint64_t id) {
    Slot* slot = SlotOf(id);
    return slot == nullptr ? nullptr : &*slot->value;
  }

  const T* Find(uint64_t id) const { return const_cast<IdMap*>(this)->Find(id); }

  bool Remove(uint64_t id) {
    Slot* slot = SlotOf(id);
    if (slot == nullptr) return false;
    // The value dies last: its destructor may come back here.
    [[maybe_unused]] const std::optional<T> removed = std::move(slot->value);
    slot->value.reset();
    slot->id = kVacant;
    --size_;
    // A worn-out slot is left empty for good, once in two million uses; else an old id would fit
    // again.
    if (slot->uses != kMaxUses) {
      ++slot->uses;
      slot->next_free = first_free_;
      first_free_ = static_cast<uint32_t>(id);
    }
    return true;
  }

  // All of them: their ids find nothing any more.
  void Clear() {
    for (uint32_t index = 0; index < chunks_.size() << kChunkBits; ++index) Remove(At(index).id);
  }

  size_t size() const { return size_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // Its index is out of range, always: there are no 2^32 slots.
  static constexpr uint64_t kVacant = UINT64_MAX;
  static constexpr uint32_t kMaxUses = (1u << 21) - 1;
  static constexpr uint32_t kChunkBits = 5;
  static constexpr uint32_t kChunkSize = 1u << kChunkBits;

  struct Slot {
    uint64_t id = kVacant;
    uint32_t uses = 1;
    uint32_t next_free = kNone;
    std::optional<T> value;
  };

  Slot& At(uint32_t index) { return chunks_[index >> kChunkBits][index & (kChunkSize - 1)]; }

  Slot* SlotOf(uint64_t id) {
    const auto index = static_cast<uint32_t>(id);
    if (index >> kChunkBits >= chunks_.size()) return nullptr;
    Slot& slot = At(index);
    return slot.id == id ? &slot : nullptr;
  }

  void AddChunk() {
    const uint32_t begin = static_cast<uint32_t>(chunks_.size()) << kChunkBits;
    chunks_.push_back(std::make_unique<Slot[]>(kChunkSize));
    for (uint32_t index = begin + kChunkSize; index-- != begin;) {
      At(index).next_free = first_free_;
      first_free_ = index;
    }
  }

  // Chunks rather than one vector, so that values never move.
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  uint32_t first_free_ = kNone;
  size_t size_ = 0;
};

}  // namespace isolet

#endif  // ISOLET_SHARED_ID_MAP_H_
