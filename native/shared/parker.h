// Makes one thread wait for a condition that other threads make true: spins first, as long as its
// SpinPolicy finds worth it, then sleeps.
//
// Thread: any; WaitUntil on the one waiting thread, Wake on all.
// Owner: the waiting side. It must outlive every Wake, also one whose news has already been seen:
// keep it where the queue is that the wakers push to.
//
// No wake-up is lost, by Dekker's pattern:
//
//     waker                               waiter
//     make ready() true                   state_ = kParked
//     fence                               fence
//     state_ == kParked? then wake it     ready()? then don't sleep
//
// Both fences are sequentially consistent, so at least one of the two looks sees what the other
// side wrote. The fence is all that a Wake costs while nobody sleeps. (Rejected: sys_membarrier on
// the waiter's side, which would save the waker's fence, some 8 ns; sandboxes often forbid the
// call.)
#ifndef ISOLET_SHARED_PARKER_H_
#define ISOLET_SHARED_PARKER_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "shared/clock.h"
#include "shared/spin_policy.h"

#if !defined(ISOLET_LINUX_WAITS)
#include <condition_variable>
#include <mutex>
#endif

namespace isolet {

class Parker {
 public:
  explicit Parker(SpinPolicy policy = SpinPolicy()) : policy_(policy) {}

  Parker(const Parker&) = delete;
  Parker& operator=(const Parker&) = delete;

  // Returns true as soon as ready() is true, false once the deadline has passed without it. ready()
  // is called often: a few atomic loads (acquire, for what it announces) and no side effects.
  // The deadline is looked at only after spinning, so it may be overrun by SpinPolicy::kMaxSpin.
  template <class Ready>
  bool WaitUntil(Ready ready, Nanos deadline) {
    if (ready()) return true;
    if (policy_.budget() != 0 && Spin(ready)) return true;
    return ParkUntil(ready, deadline);
  }

  // After having made ready() true.
  void Wake() {
    Fence();
    if (state_.load(std::memory_order_relaxed) == kParked) WakeParked();
  }

  // Sequentially consistent.
  static void Fence() {
    // ThreadSanitizer does not model fences, and GCC says so. Nothing is lost by that: what ready()
    // announces is ordered by its own acquire loads, and the fence is still executed.
#if defined(__SANITIZE_THREAD__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
#endif
    std::atomic_thread_fence(std::memory_order_seq_cst);
#if defined(__SANITIZE_THREAD__)
#pragma GCC diagnostic pop
#endif
  }

 private:
  static constexpr uint32_t kAwake = 0;
  static constexpr uint32_t kParked = 1;
  static constexpr uint32_t kRoundsBeforeYield = 4;

  // Answers that come within the first round, a microsecond, are the hot path: no clock, no system
  // call. Then the clock ends the spin, as what a pause costs changes with what else the core does.
  template <class Ready>
  bool Spin(Ready& ready) {
    Nanos end = 0;
    for (uint32_t round = 0;; ++round) {
      for (uint32_t left = policy_.pauses_per_round(); left != 0; --left) {
        CpuPause();
        if (!ready()) continue;
        policy_.Won();
        return true;
      }
      const Nanos now = NowNanos();
      if (round == 0) end = now + policy_.budget();
      if (now >= end) return false;
      // After 5, 9, 17, ... rounds: soon for a neighbour on this core, and not in the way of
      // answers from another. It takes half a microsecond, or more than one on a virtual machine:
      // after the first round, it made every call that takes longer than that one and a half times
      // as long.
      if (round >= kRoundsBeforeYield && (round & (round - 1)) == 0) std::this_thread::yield();
    }
  }

  template <class Ready>
  bool ParkUntil(Ready& ready, Nanos deadline) {
    const Nanos parked_at = NowNanos();
    bool is_ready = false;
    // A waker's time is taken only if it is of this wait: it found this thread asleep.
    woken_at_.store(parked_at, std::memory_order_relaxed);
    for (;;) {
      state_.store(kParked, std::memory_order_relaxed);
      Fence();
      is_ready = ready();
      if (is_ready || !Sleep(deadline)) break;
    }
    state_.store(kAwake, std::memory_order_relaxed);
    // Time is up; it may have become true at the last moment.
    if (!is_ready) is_ready = ready();
    policy_.Parked(is_ready ? woken_at_.load(std::memory_order_relaxed) - parked_at : kNever);
    return is_ready;
  }

  // Sleeps while state_ is kParked, or shorter; false if the deadline has passed.
  bool Sleep(Nanos deadline);
  void WakeParked();

  // Shared by all; written only when somebody sleeps or is woken, so a hot waker keeps the line.
  alignas(64) std::atomic<uint32_t> state_{kAwake};
  std::atomic<Nanos> woken_at_{0};
#if !defined(ISOLET_LINUX_WAITS)
  std::mutex mutex_;  // Guards nothing; ties the check of state_ to the sleep.
  std::condition_variable woken_;
#endif

  // The waiter's.
  alignas(64) SpinPolicy policy_;
};

}  // namespace isolet

#endif  // ISOLET_SHARED_PARKER_H_
