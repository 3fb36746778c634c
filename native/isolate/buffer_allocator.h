// Allocates the memory of ArrayBuffers against the runtime's budget.
//
// Derives from Node's class because node::NewIsolate takes no other; Node never
// calls the private GetImpl of an isolate that has no environment.
//
// Thread: any (V8 frees from its sweeper threads).
// Owner: shared by the isolate and every backing store made here, which may
// outlive it.
#pragma once

#include <node.h>

#include <atomic>
#include <memory>

#include "shared/memory_budget.h"

namespace isolet {

class BufferAllocator final : public node::ArrayBufferAllocator {
 public:
  explicit BufferAllocator(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}

  void* Allocate(size_t length) override;
  void* AllocateUninitialized(size_t length) override;
  void Free(void* data, size_t length) override;

  // Called on the runtime's thread when a request that could fit was refused.
  using RefusedCallback = void (*)(void* context);
  // Whether the last request was refused: V8 collects garbage and asks again, so
  // that a refusal stands only if nothing was granted after it.
  bool LastRefused() const { return last_refused_.load(std::memory_order_relaxed); }
  void OnRefused(RefusedCallback callback, void* context) {
    refused_ = callback;
    refused_context_ = context;
  }

 private:
  node::NodeArrayBufferAllocator* GetImpl() override { return nullptr; }
  bool Charge(size_t length);

  const std::shared_ptr<MemoryBudget> budget_;
  std::atomic<bool> last_refused_{false};
  RefusedCallback refused_ = nullptr;
  void* refused_context_ = nullptr;
};

}  // namespace isolet
