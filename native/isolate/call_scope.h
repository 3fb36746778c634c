// One call's time: arms the watchdog for it, and tells afterwards whether, and
// on whose account, the call was stopped.
//
// Scopes nest as calls do. The innermost is armed for the earliest deadline of
// all; when it ends, whatever fired is cancelled and the outer one armed again,
// so that a passed outer deadline simply fires once more where it belongs, and
// none is left over for a later call.
//
// Thread: runtime.
// Owner: the function that runs the call, on its stack.
#pragma once

#include <cstdint>

#include "shared/failure.h"
#include "shared/runtime_limits.h"

namespace isolet {

class RuntimeThread;

class CallScope {
 public:
  // `issued`: when the host asked for it, 0: now. `call`: its id, for aborts; 0:
  // work on no call's account.
  CallScope(RuntimeThread& thread, const CallLimits& limits, Nanos issued, uint64_t call);
  // Absolute times.
  struct Deadlines {
    Nanos wall = kNever;
    Nanos cpu = kNever;
  };
  // For work in the background, on no single call's account.
  CallScope(RuntimeThread& thread, const CallLimits& limits, Deadlines deadlines);
  ~CallScope() { Finish(); }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Once all code of the call has run, whatever it did: after this no
  // termination of its own is pending.
  void Finish();
  // Whether something has asked for the end of what runs. Cheap.
  bool Stopping() const;
  // Whether its own wall time is up.
  bool Expired() const { return own_.wall != kNever && own_.wall <= NowNanos(); }
  // After Finish(), where the code did not come to its own end.
  Failure Reason() const;

  void MarkAborted() { aborted_ = true; }
  uint64_t call() const { return call_; }
  CallScope* outer() const { return outer_; }
  const Deadlines& own() const { return own_; }
  Nanos started() const { return started_; }

 private:
  void Enter();
  bool HasOwnDeadline() const { return own_.wall != kNever || own_.cpu != kNever; }
  bool IsArmed() const { return earliest_.wall != kNever || earliest_.cpu != kNever; }
  void Arm();
  Failure TimeoutOf(const CallScope& scope, TimeoutClock clock) const;

  RuntimeThread& thread_;
  CallScope* const outer_;
  const CallLimits limits_;
  const uint64_t call_;
  Nanos started_ = 0;
  Deadlines own_;
  Deadlines earliest_;  // of this scope and all outer ones
  bool aborted_ = false;
  bool finished_ = false;
};

}  // namespace isolet
