#include "isolate/adopted_memory.h"

#include <utility>

namespace isolet {

std::unique_ptr<v8::BackingStore> AdoptedMemory::Adopt(Attachment memory,
                                                       std::shared_ptr<MemoryBudget> budget) {
  auto* adopted = new Adopted{this, std::move(memory.owner), std::move(budget)};
  if (memory.size >= kAttachFrom) adopted_.Lock()->emplace(memory.data, adopted);
  return v8::ArrayBuffer::NewBackingStore(memory.data, memory.size, Release, adopted);
}

// Its memory outlives neither its charge nor its place in the registry.
void AdoptedMemory::Release(void* data, size_t size, void* block) {
  const std::unique_ptr<Adopted> adopted(static_cast<Adopted*>(block));
  if (size >= kAttachFrom) {
    // What was taken out has no place there any more; the next that has the memory may.
    auto all = adopted->registry->adopted_.Lock();
    auto found = all->find(data);
    if (found != all->end() && found->second == adopted.get()) all->erase(found);
  }
  if (adopted->budget != nullptr) adopted->budget->Refund(size);
}

Attachment AdoptedMemory::TakeOut(std::shared_ptr<v8::BackingStore> store, MemoryBudget* budget) {
  void* const data = store->Data();
  const size_t size = store->ByteLength();
  {
    auto all = adopted_.Lock();
    auto found = all->find(data);
    if (found != all->end()) {
      // Whoever else holds the store (Node does while it reads or writes a file) holds the memory
      // by it. It stays charged.
      if (store.use_count() > 1) return {std::move(store), data, size};
      Adopted* adopted = found->second;
      all->erase(found);
      const auto charged = std::exchange(adopted->budget, nullptr);
      if (charged != nullptr) charged->Refund(size);
      return {std::exchange(adopted->owner, nullptr), data, size};
    }
  }
  if (budget != nullptr) budget->GiveAway(data, size);
  return {std::move(store), data, size};
}

}  // namespace isolet
