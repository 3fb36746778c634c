// How many runtimes, threads and handles live in the process: what lifecycle
// tests check, and what an environment waits on before it goes.
//
// Thread: any.
// Owner: Process.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "shared/clock.h"
#include "shared/condition.h"

namespace isolet {

class LiveCounts {
 public:
  std::atomic<int64_t> runtimes{0};
  std::atomic<int64_t> handles{0};
  // Threads parked for ever, with the isolate that they could not leave.
  std::atomic<int64_t> lost{0};

  void ThreadStarted() {
    std::lock_guard lock(mutex_);
    ++threads_;
  }
  void ThreadEnded() {
    {
      std::lock_guard lock(mutex_);
      --threads_;
    }
    changed_.NotifyAll();
  }
  int64_t threads() const {
    std::lock_guard lock(mutex_);
    return threads_;
  }
  bool WaitForThreads(int64_t at_most, Nanos timeout) const {
    std::unique_lock lock(mutex_);
    return changed_.WaitUntil(lock, DeadlineAfter(NowNanos(), timeout),
                              [&] { return threads_ <= at_most; });
  }
  // Whether all threads but those of runtimes that live end in time, and none of them
  // by being parked: it may be that while it is waited for.
  bool AllEndIn(Nanos timeout) const {
    return WaitForThreads(runtimes.load(std::memory_order_relaxed), timeout) &&
           lost.load(std::memory_order_relaxed) == 0;
  }

 private:
  mutable std::mutex mutex_;
  mutable Condition changed_;
  int64_t threads_ = 0;  // guarded by mutex_
};

}  // namespace isolet
