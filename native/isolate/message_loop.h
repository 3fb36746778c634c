// Serves the host's commands and V8's tasks, one after another, until the runtime
// dies; while a call waits for the host, what belongs inside that call.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <cstdint>
#include <deque>

#include "shared/message.h"

namespace isolet {

class RuntimeCore;
class RuntimeThread;
class TaskQueue;

class MessageLoop {
 public:
  MessageLoop(RuntimeThread& thread, TaskQueue& tasks);

  void Run();
  // A message that came while a call waits for the host. A command that does not
  // belong inside that call is kept until it has ended.
  void Receive(Message& message);
  // Runs timers, for a call that waits for its promise and for nothing of the host's, until
  // that is settled, the call is stopped, or no timer is left.
  void RunTimersFor(v8::Local<v8::Promise> promise);

  // Stops the running call if it is `call`, or waits in the background for it.
  // An interrupt of V8's, so that a request that comes too late finds another
  // call running and does nothing, where a termination would hit that one.
  static void OnAbortRequested(v8::Isolate* isolate, void* core);

 private:
  void Dispatch(Message& message);
  void Refuse(const Message& command, const Failure& why);
  // Runs what a call left behind (continuations), or a task of V8's, within the
  // limits that PendingCalls::LimitsFor tells; then microtasks.
  // The first timer that is due; false: none is.
  bool RunTimer();
  template <class Body>
  void RunInBackground(uint64_t call, Body body);
  // The scope that runs on account of `call`, if any, will end as aborted.
  bool MarkAborted(uint64_t call);
  void TakeAbort(uint64_t call);

  RuntimeThread& thread_;
  RuntimeCore& core_;
  TaskQueue& tasks_;
  std::deque<Message> deferred_;
};

}  // namespace isolet
