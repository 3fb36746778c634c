// The one clock deadlines are measured on.
//
// Thread: any.
// Owner: none; values only.
#ifndef ISOLET_SHARED_CLOCK_H_
#define ISOLET_SHARED_CLOCK_H_

#include <cstdint>

// Linux has ways to wait of its own (parker.h, condition.h), up to times of a clock that they name.
// ISOLET_PORTABLE_WAITS chooses there what all others have: the unit tests run with either.
#if defined(__linux__) && !defined(ISOLET_PORTABLE_WAITS)
#define ISOLET_LINUX_WAITS 1
#include <time.h>
#else
#include <chrono>
#endif

namespace isolet {

using Nanos = int64_t;

constexpr Nanos kNever = INT64_MAX;

constexpr Nanos kMicrosecond = 1'000;
constexpr Nanos kMillisecond = 1'000'000;

// Steady time. On Linux it is CLOCK_MONOTONIC by name rather than `steady_clock`, because a
// deadline is handed to the futex as an absolute time of exactly that clock.
inline Nanos NowNanos() {
#if defined(ISOLET_LINUX_WAITS)
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Nanos>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
#else
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
#endif
}

#if !defined(ISOLET_LINUX_WAITS)
// As the standard library's waits take it. Not for kNever: they may add to it.
inline auto SteadyTime(Nanos time) {
  using std::chrono::nanoseconds;
  return std::chrono::time_point<std::chrono::steady_clock, nanoseconds>(nanoseconds(time));
}
#endif

// `now + span` for a span that may be kNever, or so large that it means the same.
constexpr Nanos DeadlineAfter(Nanos now, Nanos span) {
  return span >= kNever - now ? kNever : now + span;
}

}  // namespace isolet

#endif  // ISOLET_SHARED_CLOCK_H_
