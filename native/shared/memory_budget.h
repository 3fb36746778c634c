// Bytes of ArrayBuffer memory that a runtime holds, against its limit.
//
// The limit is shared with the V8 heap, whose size is only known after a
// garbage collection: what the heap used then is kept here and subtracted.
//
// Thread: any (buffers are freed by V8's sweeper threads).
// Owner: shared by RuntimeCore and every buffer that was charged to it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "shared/guarded.h"

namespace isolet {

class MemoryBudget {
 public:
  // `limit` in bytes; 0: none.
  explicit MemoryBudget(size_t limit) : limit_(limit) {}

  size_t limit() const { return limit_; }
  size_t buffers() const { return buffers_.load(std::memory_order_relaxed); }
  size_t heap() const { return heap_.load(std::memory_order_relaxed); }
  size_t total() const { return buffers() + heap(); }
  void SetHeap(size_t bytes) { heap_.store(bytes, std::memory_order_relaxed); }

  bool Charge(size_t bytes) {
    size_t before = buffers_.fetch_add(bytes, std::memory_order_relaxed);
    if (limit_ == 0 || Fits(before, bytes)) return true;
    buffers_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void ChargeRegardless(size_t bytes) { buffers_.fetch_add(bytes, std::memory_order_relaxed); }
  void Refund(size_t bytes) { buffers_.fetch_sub(bytes, std::memory_order_relaxed); }

  // A buffer's memory is the other side's from here on, though it goes back to its allocator in
  // the end.
  void GiveAway(const void* data, size_t bytes) {
    given_away_.Lock()->insert(data);
    given_away_count_.fetch_add(1, std::memory_order_release);
    Refund(bytes);
  }
  // A buffer's memory is about to be freed by its allocator.
  void RefundFreed(const void* data, size_t bytes) {
    if (given_away_count_.load(std::memory_order_acquire) != 0 &&
        given_away_.Lock()->erase(data) != 0) {
      given_away_count_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    Refund(bytes);
  }

  // Whether `bytes` could be had from an empty heap: if not, refusing them says
  // nothing about what the runtime has used up.
  bool CouldEverFit(size_t bytes) const { return limit_ == 0 || bytes <= limit_; }
  bool HasRoom(size_t bytes) const { return limit_ == 0 || Fits(buffers(), bytes); }
  bool Exhausted() const { return limit_ != 0 && total() > limit_; }

 private:
  bool Fits(size_t before, size_t bytes) const {
    size_t used = before + heap();
    return used <= limit_ && bytes <= limit_ - used;
  }

  const size_t limit_;
  std::atomic<size_t> buffers_{0};
  std::atomic<size_t> heap_{0};
  Guarded<std::unordered_set<const void*>> given_away_;
  std::atomic<size_t> given_away_count_{0};
};

}  // namespace isolet
