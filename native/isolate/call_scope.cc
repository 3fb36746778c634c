#include "isolate/call_scope.h"

#include "isolate/runtime_thread.h"

namespace isolet {
namespace {

const TimeLimit& Earlier(const TimeLimit& a, const TimeLimit& b) {
  return b.deadline < a.deadline ? b : a;
}

CallScope::Limits Of(uint64_t call, CallScope::Limits limits) {
  limits.wall.call = call;
  limits.cpu.call = call;
  return limits;
}

}  // namespace

Failure TimeoutFailure(const Expiry& expiry) {
  Failure failure;
  failure.kind = FailureKind::kTimeout;
  failure.clock = expiry.clock == WatchdogClock::kCpu ? TimeoutClock::kCpu : TimeoutClock::kWall;
  failure.limit = static_cast<double>(expiry.span) / 1e6;
  failure.seen = static_cast<double>(expiry.elapsed) / 1e6;
  return failure;
}

CallScope::Limits CallScope::LimitsFrom(const RuntimeThread& thread, const CallLimits& limits,
                                        Nanos issued) {
  Limits from;
  if (limits.wall != kNever) {
    from.began = issued != 0 ? issued : NowNanos();
    from.wall = {from.began + limits.wall, limits.wall};
  }
  // The CPU clock is a system call: only where a limit needs it.
  if (limits.cpu != kNever) from.cpu = {thread.cpu_clock().NowNanos() + limits.cpu, limits.cpu};
  return from;
}

CallScope::CallScope(RuntimeThread& thread, const Limits& limits, uint64_t call)
    : thread_(thread),
      outer_(thread.innermost()),
      call_(call),
      own_(Of(call, limits)),
      earliest_(own_) {
  if (outer_ != nullptr) {
    earliest_.wall = Earlier(own_.wall, outer_->earliest_.wall);
    earliest_.cpu = Earlier(own_.cpu, outer_->earliest_.cpu);
  }
  thread_.SetInnermost(this);
  if (!HasOwnDeadline()) return;
  // What has fired for the outer scope fires again at once, for this one.
  if (outer_ != nullptr && outer_->IsArmed() && thread_.timer().Disarm() != WatchdogClock::kNone) {
    thread_.core().overrun.End();
  }
  Arm();
}

void CallScope::Arm() {
  if (thread_.timer().Arm(earliest_.wall, earliest_.cpu)) return;
  // Without a watchdog no limit would hold.
  thread_.core().Die(TerminatedFailure("the system has no thread left for the watchdog"));
}

// They would run in the next call, on its account. V8 drops the queue when a microtask is
// terminated; a built-in among them that looks at no interrupt is still under the deadline.
void CallScope::DiscardMicrotasks() {
  v8::TryCatch try_catch(thread_.isolate());
  thread_.isolate()->TerminateExecution();
  thread_.isolate()->PerformMicrotaskCheckpoint();
}

void CallScope::Finish() {
  if (finished_) return;
  finished_ = true;
  if (outer_ == nullptr && Stopping() && !thread_.core().dying()) DiscardMicrotasks();
  thread_.SetInnermost(outer_);
  bool fired = false;
  if (HasOwnDeadline()) {
    // First disarmed, then cancelled: the action no longer runs, so that nothing
    // terminates after this.
    fired = thread_.timer().Disarm() != WatchdogClock::kNone;
    if (fired) thread_.core().overrun.End();
    if (outer_ != nullptr && outer_->IsArmed()) outer_->Arm();
  }
  fired = fired || overdue_;
  stopped_ = fired || aborted_;
  if (stopped_) thread_.isolate()->CancelTerminateExecution();
  // The watchdog takes a moment to fire again, in which the code around would go on.
  if (fired && outer_ != nullptr && outer_->IsOver()) outer_->Stop();
  // A death that came in between was cancelled with the rest.
  if (thread_.core().dying()) thread_.isolate()->TerminateExecution();
}

bool CallScope::IsOver(const TimeLimit& wall, const TimeLimit& cpu) const {
  if (wall.deadline != kNever && wall.deadline <= NowNanos()) return true;
  return cpu.deadline != kNever && cpu.deadline <= thread_.cpu_clock().NowNanos();
}

void CallScope::Stop() {
  overdue_ = true;
  thread_.isolate()->TerminateExecution();
}

bool CallScope::Stopping() const {
  for (const CallScope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (scope->aborted_ || scope->overdue_) return true;
  }
  return thread_.core().dying() || (IsArmed() && thread_.timer().Fired() != WatchdogClock::kNone);
}

Failure CallScope::TimeoutOf(const CallScope& scope, WatchdogClock clock) const {
  const Limits& own = scope.own_;
  if (clock == WatchdogClock::kWall) {
    return TimeoutFailure({clock, own.wall.span, NowNanos() - own.began});
  }
  Nanos over = thread_.cpu_clock().NowNanos() - own.cpu.deadline;
  return TimeoutFailure({clock, own.cpu.span, over + own.cpu.span});
}

Failure CallScope::Reason() const {
  if (thread_.core().dying()) return thread_.core().DeathReason();
  if (aborted_) {
    Failure failure;
    failure.kind = FailureKind::kAborted;
    return failure;
  }
  // The outermost scope whose time is up is the one that everything inside it
  // ends for.
  const CallScope* expired = nullptr;
  WatchdogClock clock = WatchdogClock::kWall;
  Nanos now = NowNanos();
  for (const CallScope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (scope->own_.wall.deadline <= now) {
      expired = scope;
      clock = WatchdogClock::kWall;
    } else if (scope->own_.cpu.deadline != kNever &&
               scope->own_.cpu.deadline <= thread_.cpu_clock().NowNanos()) {
      expired = scope;
      clock = WatchdogClock::kCpu;
    }
  }
  if (expired != nullptr) return TimeoutOf(*expired, clock);
  // Stopped for an outer scope that has been aborted.
  Failure failure;
  failure.kind = FailureKind::kAborted;
  return failure;
}

}  // namespace isolet
