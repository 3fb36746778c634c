// Asynchronous calls whose promise has not settled yet.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <map>
#include <set>
#include <vector>

#include "isolate/call_scope.h"
#include "shared/message.h"

namespace isolet {

class RuntimeThread;

class PendingCalls {
 public:
  explicit PendingCalls(RuntimeThread& thread) : thread_(thread) {}

  // Answers the call with a kSettled once `promise` settles, or its time is up.
  // False with an exception pending where the promise would not be watched.
  bool Watch(uint64_t call, v8::Local<v8::Promise> promise, const CallLimits& limits,
             const CallScope& scope);
  bool Has(uint64_t call) const { return calls_.contains(call); }
  // Gives the call up; the host has been told already.
  void Abort(uint64_t call);
  // Answers all calls whose time is up.
  void Expire();

  // When work on no call's account has to end: the earliest deadline of the
  // calls that wait for it, and the runtime's own limits from now on.
  CallScope::Deadlines BackgroundDeadlines() const;
  // kNever: no call has a wall deadline.
  Nanos NextWallDeadline() const {
    return wall_deadlines_.empty() ? kNever : *wall_deadlines_.begin();
  }

 private:
  struct Call {
    CallLimits limits;
    Nanos started = 0;
    CallScope::Deadlines deadlines;
  };

  static void OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info);
  void Settle(const v8::FunctionCallbackInfo<v8::Value>& info, Status status);
  void Remove(uint64_t call);
  void AnswerTimeout(uint64_t id, TimeoutClock clock);

  RuntimeThread& thread_;
  std::map<uint64_t, Call> calls_;
  // Of the calls that have one; thousands may be pending without.
  std::multiset<Nanos> wall_deadlines_;
  std::multiset<Nanos> cpu_deadlines_;
  // Settled, but stopped while the outcome was read.
  std::vector<uint64_t> stopped_;
};

}  // namespace isolet
