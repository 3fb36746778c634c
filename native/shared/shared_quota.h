// A number of things that V8 or the system has once for all runtimes of the process: each
// may hold an eighth of what the others have left. So however many hostile ones there
// are, some is left for the next.
//
// Thread: any.
// Owner: Process.
#pragma once

#include <atomic>
#include <cstdint>

namespace isolet {

class SharedQuota {
 public:
  explicit SharedQuota(uint64_t total) : total_(total), left_(total) {}

  // The most that one runtime can ever have.
  uint64_t most() const { return total_ / kPart; }

  // `held` is what the runtime has already.
  bool Take(uint64_t held, uint64_t count) {
    uint64_t left = left_.load(std::memory_order_relaxed);
    do {
      if (count > left || held + count > (left + held) / kPart) return false;
    } while (!left_.compare_exchange_weak(left, left - count, std::memory_order_relaxed));
    return true;
  }
  void GiveBack(uint64_t count) { left_.fetch_add(count, std::memory_order_relaxed); }

 private:
  static constexpr uint64_t kPart = 8;

  const uint64_t total_;
  std::atomic<uint64_t> left_;
};

}  // namespace isolet
