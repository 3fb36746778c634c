#include "shared/watchdog.h"

#include <algorithm>
#include <cassert>
#include <thread>

namespace isolet {
namespace {

// Its own frames are small; the rest is for the actions.
constexpr size_t kStackSize = size_t{256} * 1024;

// How soon to read a thread's CPU clock again, at the earliest: while it advances, and while it
// stands still because the thread waits for something. Both are errors the deadline may be late by.
constexpr Nanos kRunningPause = 100 * kMicrosecond;
constexpr Nanos kIdlePause = kMillisecond;

// How often to look whether a thread whose time is up has come back.
constexpr Nanos kOverrunPause = 5 * kMillisecond;

}  // namespace

Watchdog::~Watchdog() {
  const std::shared_ptr<Thread> thread = *thread_.Lock();
  if (thread == nullptr) return;
  thread->stopping.store(true, std::memory_order_release);
  parker_.Wake();
  thread->ended_parker.WaitUntil([&] { return thread->ended.load(std::memory_order_acquire); },
                                 kNever);
}

bool Watchdog::EnsureStarted() {
  auto thread = thread_.Lock();
  if (*thread != nullptr) return true;
  *thread = std::make_shared<Thread>();
  const auto entry = [](void* watchdog) { static_cast<Watchdog*>(watchdog)->Run(); };
  if (StartDetachedThread({"isolet-watchdog", kStackSize}, entry, this) == 0) return true;
  thread->reset();
  return false;
}

bool Watchdog::WakeForEarlier() {
  if (!EnsureStarted()) return false;
  look_again_.store(true, std::memory_order_release);
  parker_.Wake();
  return true;
}

void Watchdog::Run() {
  // Where it shares a core with a busy runtime, one deadline in a hundred was 3 to 4 ms late
  // otherwise.
  PreferPromptWakeUps();
  // The last thing touched when it ends: by then the Watchdog may be gone.
  const std::shared_ptr<Thread> thread = *thread_.Lock();
  const auto stopping = [&] { return thread->stopping.load(std::memory_order_acquire); };
  while (!stopping()) {
    // An exchange, so that it either sees what was armed before the request, or leaves the request
    // for the wait below.
    look_again_.exchange(false, std::memory_order_acq_rel);
    sleep_until_.store(kAwake, std::memory_order_seq_cst);
    Nanos next = FireDue();
    for (;;) {
      sleep_until_.store(next, std::memory_order_seq_cst);
      const Nanos earlier = FireDue();
      if (earlier >= next) break;
      next = earlier;
    }
    parker_.WaitUntil([&] { return look_again_.load(std::memory_order_acquire) || stopping(); },
                      next);
  }
  thread->ended.store(true, std::memory_order_release);
  thread->ended_parker.Wake();
}

Nanos Watchdog::FireDue() {
  const Nanos now = NowNanos();
  Nanos next = kNever;
  Timer* due = nullptr;
  {
    auto timers = timers_.Lock();
    for (Timer* timer : *timers) {
      const uint64_t state = timer->state_.load(std::memory_order_seq_cst);
      if (!timer->StartIfDue(state, now, &next)) continue;
      timer->next_due_ = due;
      due = timer;
    }
  }
  while (due != nullptr) {
    Timer* timer = due;
    due = timer->next_due_;
    timer->Act();
    next = std::min(next, now + kOverrunPause);
    // The last touch: from here on its runtime may destroy it.
    const uint64_t state = timer->state_.load(std::memory_order_relaxed);
    timer->state_.store(Timer::WithPhase(state, Timer::kFired), std::memory_order_release);
  }
  return next;
}

Watchdog::Timer::Timer(Watchdog& watchdog, ThreadClock cpu_clock, Actions actions, void* context)
    : watchdog_(watchdog),
      cpu_clock_(cpu_clock),
      actions_(actions),
      context_(context),
      wall_seen_(NowNanos()),
      cpu_seen_(cpu_clock.NowNanos()) {
  watchdog_.timers_.Lock()->push_back(this);
}

Watchdog::Timer::~Timer() {
  Disarm();
  auto timers = watchdog_.timers_.Lock();
  const auto self = std::find(timers->begin(), timers->end(), this);
  *self = timers->back();
  timers->pop_back();
}

bool Watchdog::Timer::Arm(const TimeLimit& wall, const TimeLimit& cpu) {
  assert((state_.load(std::memory_order_relaxed) & kPhaseMask) == kDisarmed);
  const Nanos wall_deadline = wall.deadline;
  const Nanos cpu_deadline = cpu.deadline;
  if (wall_deadline == kNever && cpu_deadline == kNever) return true;
  wall_ = wall;
  cpu_ = cpu;
  const Nanos cpu_check = EarliestCpuCheck(cpu_deadline);
  // Release, so that a watchdog that reads one of these with the state of the arming before also
  // sees, in its compare-exchange, that that one is over.
  wall_deadline_.store(wall_deadline, std::memory_order_release);
  cpu_deadline_.store(cpu_deadline, std::memory_order_release);
  cpu_check_.store(cpu_check, std::memory_order_release);
  generation_ += kGeneration;
  state_.store(generation_ | kArmed, std::memory_order_seq_cst);
  const Nanos sleep_until = watchdog_.sleep_until_.load(std::memory_order_seq_cst);
  if (std::min(wall_deadline, cpu_check) >= sleep_until) return true;
  if (wall_deadline >= sleep_until && !CpuDueBefore(sleep_until, cpu_deadline)) return true;
  if (watchdog_.WakeForEarlier()) return true;
  Disarm();
  return false;
}

// A thread uses at most one second of CPU time in a second, so an old reading of both clocks still
// bounds when the deadline can pass. It saves Arm the system call that reads the CPU clock.
Nanos Watchdog::Timer::EarliestCpuCheck(Nanos cpu_deadline) const {
  return cpu_deadline == kNever ? kNever : DeadlineAfter(wall_seen_, cpu_deadline - cpu_seen_);
}

// The bound gets too low as the thread idles, and the watchdog would be woken for nothing: before
// that, take a new reading. The wall clock first, so that the bound errs on the early side.
bool Watchdog::Timer::CpuDueBefore(Nanos wall_time, Nanos cpu_deadline) {
  wall_seen_ = NowNanos();
  cpu_seen_ = cpu_clock_.NowNanos();
  const Nanos cpu_check = EarliestCpuCheck(cpu_deadline);
  cpu_check_.store(cpu_check, std::memory_order_release);
  return cpu_check < wall_time;
}

WatchdogClock Watchdog::Timer::Disarm() {
  uint64_t state = state_.load(std::memory_order_acquire);
  if ((state & kPhaseMask) == kDisarmed) return WatchdogClock::kNone;
  for (;;) {
    // Never a plain store: the watchdog may be about to begin an action, any of the three.
    const bool is_acting = (state & kPhaseMask) == kFiring;
    if (!is_acting &&
        state_.compare_exchange_weak(state, generation_ | kDisarmed, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
      return ClockOf(state);
    }
    if (is_acting) {
      std::this_thread::yield();
      state = state_.load(std::memory_order_acquire);
    }
  }
}

WatchdogClock Watchdog::Timer::Fired() const {
  return ClockOf(state_.load(std::memory_order_acquire));
}

WatchdogClock Watchdog::Timer::DueClock(uint64_t state, Nanos now, Nanos* next) {
  const Nanos wall_deadline = wall_deadline_.load(std::memory_order_acquire);
  if (wall_deadline <= now) return WatchdogClock::kWall;
  *next = std::min(*next, wall_deadline);
  const Nanos cpu_deadline = cpu_deadline_.load(std::memory_order_acquire);
  if (cpu_deadline == kNever) return WatchdogClock::kNone;
  if (checked_state_ != state) {
    checked_state_ = state;
    checked_cpu_ = -1;
    next_check_ = cpu_check_.load(std::memory_order_acquire);
  }
  if (next_check_ <= now) {
    const Nanos used = cpu_clock_.NowNanos();
    if (used >= cpu_deadline) return WatchdogClock::kCpu;
    const Nanos pause = used == checked_cpu_ ? kIdlePause : kRunningPause;
    checked_cpu_ = used;
    next_check_ = DeadlineAfter(now, std::max(cpu_deadline - used, pause));
  }
  *next = std::min(*next, next_check_);
  return WatchdogClock::kNone;
}

bool Watchdog::Timer::IsOver(const Patience& patience, uint64_t state, Nanos now, Nanos* next) {
  const Nanos used = cpu_clock_.NowNanos();
  const uint64_t generation = state / kGeneration;
  if (fired_generation_ != generation) {
    fired_generation_ = generation;
    fired_at_ = now;
    fired_cpu_ = used;
  }
  if (used - fired_cpu_ >= patience.cpu || now - fired_at_ >= patience.wall) return true;
  *next = std::min(*next, now + kOverrunPause);
  return false;
}

bool Watchdog::Timer::StartIfDue(uint64_t state, Nanos now, Nanos* next) {
  uint64_t firing = WithPhase(state, kFiring);
  switch (state & kPhaseMask) {
    case kArmed: {
      const WatchdogClock clock = DueClock(state, now, next);
      if (clock == WatchdogClock::kNone) return false;
      firing |= static_cast<uint64_t>(clock) << kClockShift;
      break;
    }
    case kFired: {
      const Stage stage = StageOf(state);
      if (stage == kLost || (stage == kOverrun && actions_.lost == nullptr)) return false;
      const Patience& first = actions_.lost == nullptr ? kPatience : kTellingPatience;
      if (!IsOver(stage == kExpired ? first : kLastPatience, state, now, next)) return false;
      firing += kOverrun;
      break;
    }
    default:
      return false;
  }
  return state_.compare_exchange_strong(state, firing, std::memory_order_acq_rel,
                                        std::memory_order_relaxed);
}

void Watchdog::Timer::Act() {
  const uint64_t state = state_.load(std::memory_order_relaxed);
  switch (StageOf(state)) {
    case kExpired:
      return actions_.expired(context_);
    case kOverrun:
      return actions_.overrun(context_, ExpiryOf(ClockOf(state)));
    case kLost:
      return actions_.lost(context_, ExpiryOf(ClockOf(state)));
  }
}

Expiry Watchdog::Timer::ExpiryOf(WatchdogClock clock) const {
  const bool is_wall = clock == WatchdogClock::kWall;
  const TimeLimit& limit = is_wall ? wall_ : cpu_;
  const Nanos now = is_wall ? NowNanos() : cpu_clock_.NowNanos();
  return {clock, limit.span, now - limit.deadline + limit.span, limit.call};
}

}  // namespace isolet
