// One call's time: arms the watchdog for it, and tells afterwards whether, and
// on whose account, the call was stopped.
//
// Scopes nest as calls do. The innermost is armed for the earliest deadline of
// all; when it ends, whatever fired is cancelled and the outer one armed again, or
// stopped at once where its deadline has passed as well, so that none is left over
// for a later call.
//
// Thread: runtime.
// Owner: the function that runs the call, on its stack.
#pragma once

#include <cstdint>

#include "shared/failure.h"
#include "shared/runtime_limits.h"
#include "shared/watchdog.h"

namespace isolet {

class RuntimeThread;

class CallScope {
 public:
  // Wall time counts from `began`; the CPU deadline is of the thread's own clock.
  struct Limits {
    Nanos began = 0;
    TimeLimit wall;
    TimeLimit cpu;
  };
  // Limits of a call that begins now, or was issued by the host at `issued` (0: now).
  static Limits LimitsFrom(const RuntimeThread& thread, const CallLimits& limits, Nanos issued);

  // `call`: on whose account it runs, for aborts; 0: no call's.
  CallScope(RuntimeThread& thread, const Limits& limits, uint64_t call);
  ~CallScope() { Finish(); }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Once all code of the call has run, whatever it did: after this no
  // termination of its own is pending.
  void Finish();
  // Whether something has asked for the end of what runs. Cheap.
  bool Stopping() const;
  // After Finish(): whether the watchdog or an abort stopped it.
  bool stopped() const { return stopped_; }
  // Whether its own time is up, whatever the watchdog has come to.
  bool Expired() const { return IsOver(own_.wall, own_.cpu); }
  // After Finish(), where the code did not come to its own end.
  Failure Reason() const;

  void MarkAborted() { aborted_ = true; }
  uint64_t call() const { return call_; }
  CallScope* outer() const { return outer_; }
  const Limits& own() const { return own_; }

 private:
  void DiscardMicrotasks();
  bool IsOver(const TimeLimit& wall, const TimeLimit& cpu) const;
  // Its time is up, or that of one around it.
  bool IsOver() const { return IsOver(earliest_.wall, earliest_.cpu); }
  void Stop();
  bool HasOwnDeadline() const {
    return own_.wall.deadline != kNever || own_.cpu.deadline != kNever;
  }
  bool IsArmed() const {
    return earliest_.wall.deadline != kNever || earliest_.cpu.deadline != kNever;
  }
  void Arm();
  Failure TimeoutOf(const CallScope& scope, WatchdogClock clock) const;

  RuntimeThread& thread_;
  CallScope* const outer_;
  const uint64_t call_;
  const Limits own_;
  Limits earliest_;  // of this scope and all outer ones
  bool aborted_ = false;
  bool overdue_ = false;  // found by the scope inside, before the watchdog has
  bool finished_ = false;
  bool stopped_ = false;
};

// The description of a limit that has passed.
Failure TimeoutFailure(const Expiry& expiry);

}  // namespace isolet
