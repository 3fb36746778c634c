// How long a waiter spins before it parks.
//
// Thread: any for the free functions; a SpinPolicy belongs to one waiting thread.
// Owner: a SpinPolicy is part of its waiter (Parker).
//
// A spin that wins saves two context switches: 0.2 instead of 6 to 100 microseconds a call,
// measured. A spin that loses wastes a core, and where the thread waited for is queued on that very
// core (a wake-up often puts it there, also when another core is idle), it is what keeps the answer
// away. So the spin yields now and then. That lets such a neighbour answer, and as both stay
// runnable, the scheduler moves one of them away (after 8 to 25 ms, measured). If they parked
// instead they would take turns on one core for ever, at 6 microseconds a call.
//
// Whether spinning pays is judged by results:
//
// - Spins won often enough since the last park: the budget stays, less an eighth, so that it fades
//   if the waits grow.
// - They did not: the budget is 0 at once, and to get it back takes twice as many short waits as
//   the last time.
// - That many waits in a row parked and were short: the full budget, to try again.
//
// The hot path counts its wins and does nothing else: no clock, no shared write.
//
// Rejected: raising the budget at every short wait; on a busy machine every call then spins in
// vain.
#ifndef ISOLET_SHARED_SPIN_POLICY_H_
#define ISOLET_SHARED_SPIN_POLICY_H_

#include <climits>
#include <cstdint>
#include <string>

#include "shared/clock.h"

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace isolet {

// Cores that this process may keep busy at the same time: its affinity mask, and its cgroup's CPU
// quota, rounded up. At least 1. Read once per process: a later change of either goes unnoticed.
unsigned UsableCores();

// The part of it that reads cgroups, below a root directory other than "/" for tests.
// kNoQuota where nothing limits.
constexpr unsigned kNoQuota = UINT_MAX;
unsigned QuotaCores(const std::string& root);

// Tells the core that this is a spin, so that it saves power and leaves room to its sibling.
inline void CpuPause() {
#if defined(_M_ARM64)  // untested
  __yield();
#elif defined(_MSC_VER)  // untested
  _mm_pause();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)  // untested
  // `yield` is a no-op on most cores.
  asm volatile("isb" ::: "memory");
#endif
}

class SpinPolicy {
 public:
  // An idle waiter never spins longer. A little under the 50 microseconds that are promised, as a
  // spin overruns it by up to a round.
  static constexpr Nanos kMaxSpin = 45 * kMicrosecond;

  // With one core the budget stays 0: whoever spins there keeps away the thread it waits for.
  explicit SpinPolicy(unsigned usable_cores = UsableCores());

  // How long to spin before parking.
  Nanos budget() const { return budget_; }

  // About a microsecond of them.
  uint32_t pauses_per_round() const { return pauses_per_round_; }

  // Spinning was enough.
  void Won() { ++wins_; }

  // The budget was spent and the waiter parked; `parked` passed between then and what it waited for
  // (not until it ran again: that includes the time to wake up, which spinning would have saved).
  // kNever if it never came.
  void Parked(Nanos parked);

 private:
  // Two parks saved are worth one spin lost.
  static constexpr uint32_t kPayingWins = 2;
  static constexpr uint32_t kMaxPatience = 256;
  // Long enough to contain the wake-up of the other thread, which may have parked as well: else two
  // that both park would never find out.
  static constexpr Nanos kShortWait = 100 * kMicrosecond;

  Nanos max_budget_;
  Nanos budget_;
  uint32_t pauses_per_round_;
  // Since the last park.
  uint32_t wins_ = 0;
  // Short waits in a row that parked, and how many it takes.
  uint32_t short_parks_ = 0;
  uint32_t patience_ = 1;
};

}  // namespace isolet

#endif  // ISOLET_SHARED_SPIN_POLICY_H_
