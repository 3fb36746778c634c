#include "isolate/adopted_memory.h"

#include <utility>

namespace isolet {

std::unique_ptr<v8::BackingStore> AdoptedMemory::Adopt(const Attachment& attachment,
                                                       std::shared_ptr<MemoryBudget> budget) {
  auto* block = new Block{this, attachment.owner, std::move(budget)};
  // Of two that have the same memory, the first is known.
  if (attachment.size >= kAttachFrom) blocks_.Lock()->emplace(attachment.data, block);
  return v8::ArrayBuffer::NewBackingStore(attachment.data, attachment.size, Release, block);
}

// Its memory outlives neither its charge nor its place in the registry.
void AdoptedMemory::Release(void* data, size_t size, void* pointer) {
  const std::unique_ptr<Block> block(static_cast<Block*>(pointer));
  if (size >= kAttachFrom) {
    auto blocks = block->registry->blocks_.Lock();
    auto found = blocks->find(data);
    if (found != blocks->end() && found->second == block.get()) blocks->erase(found);
  }
  if (block->budget != nullptr) block->budget->Refund(size);
}

bool AdoptedMemory::IsShared(const v8::BackingStore& store) {
  auto blocks = blocks_.Lock();
  auto found = blocks->find(store.Data());
  return found != blocks->end() && found->second->owner.use_count() > 1;
}

Attachment AdoptedMemory::TakeOut(std::shared_ptr<v8::BackingStore> store, MemoryBudget* budget) {
  void* const data = store->Data();
  const size_t size = store->ByteLength();
  {
    auto blocks = blocks_.Lock();
    auto found = blocks->find(data);
    if (found != blocks->end()) {
      Block* block = found->second;
      blocks->erase(found);
      const auto charged = std::exchange(block->budget, nullptr);
      if (charged != nullptr) charged->Refund(size);
      return {std::exchange(block->owner, nullptr), data, size};
    }
  }
  if (budget != nullptr) budget->GiveAway(data, size);
  return {std::move(store), data, size};
}

}  // namespace isolet
