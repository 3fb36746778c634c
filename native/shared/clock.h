// The one clock deadlines are measured on.
//
// Thread: any.
// Owner: none; values only.
#ifndef ISOLET_SHARED_CLOCK_H_
#define ISOLET_SHARED_CLOCK_H_

#include <cstdint>

#if defined(__linux__)
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
#if defined(__linux__)
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Nanos>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
#else  // untested
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
#endif
}

// `now + span` for a span that may be kNever, or so large that it means the same.
constexpr Nanos DeadlineAfter(Nanos now, Nanos span) {
  return span >= kNever - now ? kNever : now + span;
}

}  // namespace isolet

#endif  // ISOLET_SHARED_CLOCK_H_
