// Runs an action when a thread's wall-clock or CPU-time deadline passes. One timer thread serves
// all runtimes.
//
// Thread: any for the Watchdog; a Timer's Arm and Disarm on its runtime's thread only; an Action
// runs on the watchdog's own thread.
// Owner: the process (a singleton, leaked: the process may end while the thread sleeps); a Timer
// belongs to its runtime.
//
// Deadlines come and go millions of times a second and almost never pass, so arming is a store, not
// a message: the thread finds out what is armed when it looks, and is woken only for a deadline
// earlier than what it sleeps for. Again Dekker's pattern, here with one order S over seq_cst
// operations:
//
//     Arm                                 watchdog
//     state_ = armed        (seq_cst)     sleep_until_ = next   (seq_cst)
//     sleep_until_ > mine?  (seq_cst)     look at all state_    (seq_cst) - any earlier than next?
//     then wake it                        then don't sleep
//
// If Arm's look comes before the watchdog's store in S, then so does Arm's store, and the
// watchdog's look afterwards sees it. Otherwise Arm sees `next`, or something newer.
//
// The deadlines themselves are atomics of their own that state_ publishes. A generation in state_
// tells one arming from the next: the watchdog may read the deadlines of two armings mixed, but can
// then not move state_ from `armed` to `firing` any more, as its compare-exchange is for the old
// generation.
#ifndef ISOLET_SHARED_WATCHDOG_H_
#define ISOLET_SHARED_WATCHDOG_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "shared/clock.h"
#include "shared/guarded.h"
#include "shared/parker.h"
#include "shared/thread.h"

namespace isolet {

enum class WatchdogClock : uint8_t { kNone, kWall, kCpu };

// When time is up, and how much there was of it, for which call: for whoever has to say so.
struct TimeLimit {
  Nanos deadline = kNever;
  Nanos span = kNever;
  uint64_t call = 0;  // 0: no call's
};

// A limit that has passed.
struct Expiry {
  WatchdogClock clock = WatchdogClock::kNone;
  Nanos span = 0;
  Nanos elapsed = 0;
  uint64_t call = 0;
};

class Watchdog {
 public:
  class Timer;

  Watchdog() = default;

  // Stops its thread and waits for its end. For tests; every Timer must be gone.
  ~Watchdog();

  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Starts the thread unless it runs. False if the system refuses one (EAGAIN). To be called when a
  // runtime with any timeout is created, so that the refusal is an error there, where one expects
  // it. Arm does it too, as a later call may bring the first timeout.
  [[nodiscard]] bool EnsureStarted();

 private:
  // Outlives the Watchdog until its thread has let go of it.
  struct Thread {
    std::atomic<bool> stopping{false};
    std::atomic<bool> ended{false};
    Parker ended_parker{SpinPolicy(1)};
  };

  // `sleep_until_` of a watchdog that is awake: no deadline is earlier, so nobody wakes it.
  static constexpr Nanos kAwake = INT64_MIN;

  [[nodiscard]] bool WakeForEarlier();
  void Run();
  // Fires what is due; returns when to look again.
  Nanos FireDue();

  // Until the thread has started it says kNever, so the first Arm comes to WakeForEarlier.
  alignas(64) std::atomic<Nanos> sleep_until_{kNever};
  alignas(64) std::atomic<bool> look_again_{false};
  Parker parker_{SpinPolicy(1)};  // Never spins: what it waits for takes milliseconds.

  Guarded<std::shared_ptr<Thread>> thread_;
  // Held while looking at the timers, never while an action runs. A timer that is `firing` is kept
  // alive by ~Timer waiting for it, all others by ~Timer needing this lock to leave.
  Guarded<std::vector<Timer*>> timers_;
};

class alignas(64) Watchdog::Timer {
 public:
  // All must be quick, and must not call Arm or Disarm.
  struct Actions {
    // The deadline has passed.
    void (*expired)(void* context);
    // The thread has gone on since then and not disarmed the timer: whatever `expired` did, it does
    // not heed it. After kPatience, or where `lost` is to come, so that this merely tells of it,
    // after kTellingPatience.
    void (*overrun)(void* context, const Expiry& expiry);
    // And for kLastPatience. Null: nobody is as patient.
    void (*lost)(void* context, const Expiry& expiry);
  };

  // CPU time, as a thread that merely waits for a processor is not stuck; but however little it
  // computes, patience ends with `wall`.
  struct Patience {
    Nanos cpu;
    Nanos wall;
  };
  static constexpr Patience kPatience{25 * kMillisecond, 2'000 * kMillisecond};
  // Whoever waits is to know within 50 ms. Of a thread that waits for memory, whose CPU clock
  // stands still, a timeout was told 83 ms late by its CPU time.
  static constexpr Patience kTellingPatience{15 * kMillisecond, 30 * kMillisecond};
  static constexpr Patience kLastPatience{3'000 * kMillisecond, 15'000 * kMillisecond};

  // `cpu_clock` is that of the thread that will arm it.
  Timer(Watchdog& watchdog, ThreadClock cpu_clock, Actions actions, void* context);

  // Disarms. On the runtime's thread, or on any other once that has ended.
  ~Timer();

  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Deadlines are absolute times of NowNanos() and of the CPU clock. Only when disarmed. False if
  // there is no watchdog thread and none could be started: then nothing is armed.
  [[nodiscard]] bool Arm(const TimeLimit& wall, const TimeLimit& cpu);

  // Tells what has fired since Arm. Afterwards no action runs or will; if one is running right now,
  // waits for its end.
  WatchdogClock Disarm();

  // What Disarm would tell. Any thread.
  WatchdogClock Fired() const;

 private:
  friend class Watchdog;

  // state_: generation << 6 | stage << 4 | clock << 2 | phase. The clock is kNone until the timer
  // fires; the stage tells which action began last.
  enum Phase : uint64_t { kDisarmed, kArmed, kFiring, kFired };
  static constexpr uint64_t kPhaseMask = 3;
  static constexpr int kClockShift = 2;
  static constexpr uint64_t kClockMask = 3;
  enum Stage : uint64_t { kExpired = 0, kOverrun = 16, kLost = 32 };
  static constexpr uint64_t kStageMask = 48;
  static constexpr uint64_t kGeneration = 64;

  static uint64_t WithPhase(uint64_t state, Phase phase) { return (state & ~kPhaseMask) | phase; }

  static Stage StageOf(uint64_t state) { return static_cast<Stage>(state & kStageMask); }

  static WatchdogClock ClockOf(uint64_t state) {
    return static_cast<WatchdogClock>(state >> kClockShift & kClockMask);
  }

  // The runtime thread's.
  Nanos EarliestCpuCheck(Nanos cpu_deadline) const;
  bool CpuDueBefore(Nanos wall_time, Nanos cpu_deadline);

  // The watchdog thread's. `next` is lowered to when to look again.
  bool StartIfDue(uint64_t state, Nanos now, Nanos* next);
  WatchdogClock DueClock(uint64_t state, Nanos now, Nanos* next);
  bool IsOver(const Patience& patience, uint64_t state, Nanos now, Nanos* next);
  Expiry ExpiryOf(WatchdogClock clock) const;
  void Act();

  std::atomic<uint64_t> state_{kDisarmed};
  std::atomic<Nanos> wall_deadline_{kNever};
  std::atomic<Nanos> cpu_deadline_{kNever};
  // Read only while the timer fires, when it can't be armed anew.
  TimeLimit wall_;
  TimeLimit cpu_;
  // The CPU clock can not have passed cpu_deadline_ before this wall-clock time.
  std::atomic<Nanos> cpu_check_{kNever};

  Watchdog& watchdog_;
  const ThreadClock cpu_clock_;
  const Actions actions_;
  void* const context_;

  // The runtime thread's: a reading of both clocks, any time ago.
  uint64_t generation_ = 0;
  Nanos wall_seen_;
  Nanos cpu_seen_;

  // The watchdog thread's: what it knows better than cpu_check_, about one arming.
  alignas(64) uint64_t checked_state_ = 0;
  Nanos checked_cpu_ = 0;
  Nanos next_check_ = 0;
  // And about one firing: when it was first seen to be over, and the thread's CPU time then.
  uint64_t fired_generation_ = 0;
  Nanos fired_at_ = 0;
  Nanos fired_cpu_ = 0;
  Timer* next_due_ = nullptr;
};

}  // namespace isolet

#endif  // ISOLET_SHARED_WATCHDOG_H_
