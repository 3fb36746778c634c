#include "isolate/buffer_allocator.h"

#include <cstdlib>

namespace isolet {

namespace {
// JSTypedArray::GetBuffer ends the process where moving a small array out of the
// heap is refused (V8 11 to 14); 64 bytes is the most that lives in the heap.
constexpr size_t kNeverRefused = 64;
}  // namespace

bool BufferAllocator::Charge(size_t length) {
  bool granted = budget_->Charge(length);
  last_refused_.store(!granted, std::memory_order_relaxed);
  if (granted) return true;
  if (length <= kNeverRefused) {
    budget_->ChargeRegardless(length);
    return true;
  }
  if (refused_ != nullptr && budget_->CouldEverFit(length)) refused_(refused_context_);
  return false;
}

void* BufferAllocator::Allocate(size_t length) {
  if (!Charge(length)) return nullptr;
  void* data = std::calloc(length > 0 ? length : 1, 1);
  if (data == nullptr) budget_->Refund(length);
  return data;
}

void* BufferAllocator::AllocateUninitialized(size_t length) {
  if (!Charge(length)) return nullptr;
  void* data = std::malloc(length > 0 ? length : 1);
  if (data == nullptr) budget_->Refund(length);
  return data;
}

void BufferAllocator::Free(void* data, size_t length) {
  // First: freed, the address may be anybody's.
  budget_->RefundFreed(data, length);
  std::free(data);
}

}  // namespace isolet
