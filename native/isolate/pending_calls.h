// Asynchronous calls whose promise has not settled yet.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "isolate/call_scope.h"
#include "shared/message.h"

namespace isolet {

class RuntimeThread;

class PendingCalls {
 public:
  explicit PendingCalls(RuntimeThread& thread) : thread_(thread) {}

  // Answers the call of `scope` with a kSettled once `promise` settles, or its
  // time is up. False with an exception pending where the promise would not be
  // watched.
  bool Watch(v8::Local<v8::Promise> promise, const CallScope& scope, Buffers buffers);
  bool Has(uint64_t call) const { return calls_.contains(call); }
  // Gives the call up; the host has been told already.
  void Abort(uint64_t call) { Remove(call); }
  // Answers all calls whose time is up.
  void Expire();

  // What holds for work in the background on account of `call`: what that call has
  // left, if it is still pending, else the runtime's own limits from now on. For
  // `call` 0 (a task of V8's, which may be anybody's) also the earliest deadline
  // of all calls that wait.
  CallScope::Limits LimitsFor(uint64_t call) const;
  // After scope.Finish(): answers the calls that were stopped with it. False: it was stopped,
  // and nobody was told.
  bool EndOfWork(const CallScope& scope);
  // Calls that settled just as another was stopped: one of them, and its answer, on its own
  // account.
  std::optional<uint64_t> NextLate() const;
  void SettleLate();
  // kNever: no call has a wall deadline.
  Nanos NextWallDeadline() const {
    return wall_limits_.empty() ? kNever : wall_limits_.begin()->first;
  }

 private:
  struct Call {
    Nanos began;
    TimeLimit wall;
    Nanos cpu_span;
    // Of the thread's CPU time; it does not pass while the call waits.
    Nanos cpu_left;
    Buffers buffers;  // of the answer
  };

  static void OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info);
  void Settle(uint64_t call, v8::Local<v8::Value> outcome, Status status);
  void Remove(uint64_t call);
  void Fail(uint64_t id, Failure failure);

  RuntimeThread& thread_;
  std::map<uint64_t, Call> calls_;
  // Deadline and span of the calls that have one; thousands may be pending without.
  std::multiset<std::pair<Nanos, Nanos>> wall_limits_;
  // Settled, but something was stopped while the outcome was read.
  struct Settled {
    uint64_t call;
    Status status;
    v8::Global<v8::Value> outcome;
  };
  std::vector<Settled> stopped_;
  std::deque<Settled> late_;
};

}  // namespace isolet
