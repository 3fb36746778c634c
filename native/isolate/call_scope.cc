#include "isolate/call_scope.h"

#include <algorithm>

#include "isolate/runtime_thread.h"

namespace isolet {

CallScope::CallScope(RuntimeThread& thread, const CallLimits& limits, Nanos issued, uint64_t call)
    : thread_(thread), outer_(thread.innermost()), limits_(limits), call_(call) {
  if (limits.wall != kNever) {
    started_ = issued != 0 ? issued : NowNanos();
    own_.wall = started_ + limits.wall;
  }
  // The CPU clock is a system call: only where a limit needs it.
  if (limits.cpu != kNever) {
    if (started_ == 0) started_ = NowNanos();
    own_.cpu = thread.cpu_clock().NowNanos() + limits.cpu;
  }
  Enter();
}

CallScope::CallScope(RuntimeThread& thread, const CallLimits& limits, Deadlines deadlines)
    : thread_(thread), outer_(thread.innermost()), limits_(limits), call_(0), own_(deadlines) {
  Enter();
}

void CallScope::Enter() {
  earliest_ = own_;
  if (outer_ != nullptr) {
    earliest_.wall = std::min(earliest_.wall, outer_->earliest_.wall);
    earliest_.cpu = std::min(earliest_.cpu, outer_->earliest_.cpu);
  }
  thread_.SetInnermost(this);
  if (!HasOwnDeadline()) return;
  // What has fired for the outer scope fires again at once, for this one.
  if (outer_ != nullptr && outer_->IsArmed()) thread_.timer().Disarm();
  Arm();
}

void CallScope::Arm() {
  if (thread_.timer().Arm(earliest_.wall, earliest_.cpu)) return;
  // Without a watchdog no limit would hold.
  Failure failure;
  failure.kind = FailureKind::kTerminated;
  failure.text = "the system has no thread left for the watchdog";
  thread_.core().Die(std::move(failure));
}

void CallScope::Finish() {
  if (finished_) return;
  finished_ = true;
  thread_.SetInnermost(outer_);
  bool fired = false;
  if (HasOwnDeadline()) {
    // First disarmed, then cancelled: the action no longer runs, so that nothing
    // terminates after this.
    fired = thread_.timer().Disarm() != WatchdogClock::kNone;
    if (outer_ != nullptr && outer_->IsArmed()) outer_->Arm();
  }
  if (fired || aborted_) thread_.isolate()->CancelTerminateExecution();
  // A death that came in between was cancelled with the rest.
  if (thread_.core().dying()) thread_.isolate()->TerminateExecution();
}

bool CallScope::Stopping() const {
  for (const CallScope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (scope->aborted_) return true;
  }
  return thread_.core().dying() || (IsArmed() && thread_.timer().Fired() != WatchdogClock::kNone);
}

Failure CallScope::TimeoutOf(const CallScope& scope, TimeoutClock clock) const {
  Failure failure;
  failure.kind = FailureKind::kTimeout;
  failure.clock = clock;
  bool wall = clock == TimeoutClock::kWall;
  Nanos limit = wall ? scope.limits_.wall : scope.limits_.cpu;
  failure.limit = static_cast<double>(limit) / 1e6;
  Nanos elapsed = wall ? NowNanos() - scope.started_
                       : thread_.cpu_clock().NowNanos() - (scope.own_.cpu - limit);
  failure.seen = static_cast<double>(elapsed) / 1e6;
  return failure;
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
  TimeoutClock clock = TimeoutClock::kWall;
  Nanos now = NowNanos();
  for (const CallScope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (scope->own_.wall <= now) {
      expired = scope;
      clock = TimeoutClock::kWall;
    } else if (scope->own_.cpu != kNever && scope->own_.cpu <= thread_.cpu_clock().NowNanos()) {
      expired = scope;
      clock = TimeoutClock::kCpu;
    }
  }
  if (expired != nullptr) return TimeoutOf(*expired, clock);
  // Stopped for an outer scope that has been aborted.
  Failure failure;
  failure.kind = FailureKind::kAborted;
  return failure;
}

}  // namespace isolet
