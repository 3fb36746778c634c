#include "shared/parker.h"

#if defined(ISOLET_LINUX_WAITS)
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#endif

namespace isolet {

#if defined(ISOLET_LINUX_WAITS)
namespace {

// The kernel's numbers. <linux/futex.h> has them as well, and is in a package of its own on Alpine.
constexpr int kPrivate = 128;  // no other process shares the futex
constexpr int kWake = 1 | kPrivate;
constexpr int kWaitBitset = 9 | kPrivate;
constexpr uint32_t kAnyBit = 0xFFFFFFFF;

}  // namespace
#endif

// The exchange lets only one of several wakers pay for the system call.
void Parker::WakeParked() {
  woken_at_.store(NowNanos(), std::memory_order_relaxed);
#if defined(ISOLET_LINUX_WAITS)
  if (state_.exchange(kAwake, std::memory_order_acq_rel) != kParked) return;
  syscall(SYS_futex, &state_, kWake, 1, nullptr, nullptr, 0);
#else
  std::lock_guard<std::mutex> lock(mutex_);
  state_.store(kAwake, std::memory_order_relaxed);
  woken_.notify_one();
#endif
}

bool Parker::Sleep(Nanos deadline) {
  // Here rather than in the kernel, which takes 20 microseconds to find out.
  if (deadline <= NowNanos()) return false;
#if defined(ISOLET_LINUX_WAITS)
  static_assert(sizeof(state_) == sizeof(uint32_t), "the futex is the atomic itself");
  timespec until;
  if (deadline != kNever) {
    until.tv_sec = static_cast<time_t>(deadline / 1'000'000'000);
    until.tv_nsec = static_cast<long>(deadline % 1'000'000'000);
  }
  // The bitset variant, because it takes an absolute time; of CLOCK_MONOTONIC, unless told
  // otherwise.
  const long result = syscall(SYS_futex, &state_, kWaitBitset, kParked,
                              deadline == kNever ? nullptr : &until, nullptr, kAnyBit);
  return result == 0 || errno != ETIMEDOUT;
#else
  std::unique_lock<std::mutex> lock(mutex_);
  const auto awake = [this] { return state_.load(std::memory_order_relaxed) != kParked; };
  if (deadline == kNever) {
    woken_.wait(lock, awake);
    return true;
  }
  return woken_.wait_until(lock, SteadyTime(deadline), awake);
#endif
}

}  // namespace isolet
