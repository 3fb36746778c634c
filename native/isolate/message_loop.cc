#include "isolate/message_loop.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "isolate/heap_figures.h"
#include "isolate/runtime_thread.h"

namespace isolet {

MessageLoop::MessageLoop(RuntimeThread& thread, TaskQueue& tasks)
    : thread_(thread), core_(thread.core()), tasks_(tasks) {}

void MessageLoop::OnAbortRequested(v8::Isolate* isolate, void* core_pointer) {
  MessageLoop& loop = RuntimeThread::Of(isolate).loop();
  auto* core = static_cast<RuntimeCore*>(core_pointer);
  for (uint64_t call : core->AbortRequests()) {
    if (loop.MarkAborted(call)) core->terminator.Terminate();
  }
}

bool MessageLoop::MarkAborted(uint64_t call) {
  for (CallScope* scope = thread_.innermost(); scope != nullptr; scope = scope->outer()) {
    bool is_background = scope->call() == 0;
    if (scope->call() != call && !(is_background && thread_.pending().Has(call))) continue;
    scope->MarkAborted();
    return true;
  }
  return false;
}

void MessageLoop::TakeAbort(uint64_t call) {
  core_.ForgetAbort(call);
  if (MarkAborted(call)) core_.terminator.Terminate();
  thread_.pending().Abort(call);
  std::erase_if(deferred_, [&](const Message& message) { return message.id == call; });
}

template <class Body>
void MessageLoop::RunInBackground(uint64_t call, Body body) {
  v8::HandleScope handles(thread_.isolate());
  {
    CallScope scope(thread_, thread_.pending().LimitsFor(call), call);
    // The interrupt that tells of it may have gone to what ran before.
    if (call != 0 && core_.IsAborted(call)) TakeAbort(call);
    v8::TryCatch try_catch(thread_.isolate());
    body();
    if (!thread_.Stopping()) thread_.isolate()->PerformMicrotaskCheckpoint();
    thread_.unhandled().EndOfTurn();
    scope.Finish();
    const bool told = thread_.pending().EndOfWork(scope);
    if (scope.stopped()) thread_.modules().graphs().OnStopped(call);
    // One that is nested ends the call around it as well, or was the death of all.
    if (!told && scope.outer() == nullptr && !core_.dying()) {
      thread_.unhandled().Tell(scope.Reason());
    }
  }
  thread_.pending().Expire();
}

void MessageLoop::Run() {
  Channel& channel = core_.channel;
  while (!core_.dying() && !thread_.IsDone()) {
    // Before the next message, of which there may be no end.
    RunTimer();
    Message message;
    bool taken = !deferred_.empty();
    if (taken) {
      message = std::move(deferred_.front());
      deferred_.pop_front();
    }
    if (taken || channel.TakeFromHost(message)) {
      v8::HandleScope handles(thread_.isolate());
      Dispatch(message);
      continue;
    }
    if (const auto account = thread_.modules().graphs().NextAccount()) {
      RunInBackground(*account, [&] { thread_.modules().graphs().Resume(); });
      continue;
    }
    if (const auto late = thread_.pending().NextLate()) {
      RunInBackground(*late, [&] { thread_.pending().SettleLate(); });
      continue;
    }
    tasks_.ClearPosted();
    if (v8::Task* task = tasks_.Take()) {
      RunInBackground(0, [&] { task->Run(); });
      tasks_.Drop();
      continue;
    }
    thread_.pending().Expire();
    Nanos until = std::min(tasks_.NextDue(), thread_.pending().NextWallDeadline());
    if (thread_.timers() != nullptr) until = std::min(until, thread_.timers()->NextDue());
    channel.WaitAsRuntime([&] { return core_.dying() || tasks_.Posted(); }, until);
  }
}

bool MessageLoop::RunTimer() {
  if (thread_.timers() == nullptr) return false;
  const std::optional<Timers::Due> due = thread_.timers()->FindDue();
  if (!due) return false;
  RunInBackground(due->account, [&] { thread_.timers()->Run(due->id); });
  thread_.timers()->EndRun();
  return true;
}

void MessageLoop::RunTimersFor(v8::Local<v8::Promise> promise) {
  if (thread_.timers() == nullptr) return;
  const CallScope& waiting = *thread_.innermost();
  // A timer that was stopped at the call's deadline takes the watchdog's word with it.
  auto goes_on = [&] { return !thread_.Stopping() && !waiting.Expired(); };
  while (promise->State() == v8::Promise::PromiseState::kPending && goes_on()) {
    Message message;
    if (core_.channel.TakeFromHost(message)) {
      Receive(message);
    } else if (!RunTimer()) {
      const Nanos due = thread_.timers()->NextDue();
      if (due == kNever) return;
      core_.channel.WaitAsRuntime([&] { return thread_.Stopping(); }, due);
    }
  }
}

void MessageLoop::Receive(Message& message) {
  switch (message.kind) {
    case MessageKind::kEvaluate:
    case MessageKind::kRunScript:
    case MessageKind::kBuildSnapshot:
    case MessageKind::kCall:
    case MessageKind::kImport:
    case MessageKind::kProvide:
    case MessageKind::kMethods:
    case MessageKind::kModuleMethods:
    case MessageKind::kDefine:
      // Calls of the host's that have nothing to do with this one would run in
      // the middle of it, under its deadline, and keep it from its answer.
      if (message.settling == Settling::kAsync || !thread_.host_calls().Nests(message.parent)) {
        deferred_.push_back(std::move(message));
        return;
      }
      break;
    case MessageKind::kPing:
      // It asks whether nothing else runs.
    case MessageKind::kSettle:
      // Its continuations are no business of the call that runs: no sync call can
      // wait for them, and none is to pay for them.
      deferred_.push_back(std::move(message));
      return;
    case MessageKind::kRelease:
      // Not before the calls put aside that still need it.
      if (deferred_.empty()) break;
      deferred_.push_back(std::move(message));
      return;
    default:
      break;
  }
  Dispatch(message);
}

// For a command that the host sends inside a host call that was given up meanwhile.
void MessageLoop::Refuse(const Message& command, const Failure& why) {
  Message reply;
  reply.kind = MessageKind::kReply;
  reply.id = command.id;
  reply.status = Status::kFailed;
  reply.failure = std::make_unique<Failure>(why);
  core_.channel.PostToHost(std::move(reply));
}

void MessageLoop::Dispatch(Message& message) {
  if (message.parent != 0) {
    const Failure* why = thread_.host_calls().GivenUp(message.parent);
    if (why != nullptr) return Refuse(message, *why);
  }
  switch (message.kind) {
    case MessageKind::kEvaluate:
      return thread_.evaluator().Evaluate(message);
    case MessageKind::kRunScript:
      return thread_.evaluator().RunScript(message);
    case MessageKind::kBuildSnapshot:
      return thread_.evaluator().BuildSnapshot(message);
    case MessageKind::kCall:
      return thread_.evaluator().Call(message);
    case MessageKind::kImport:
      return thread_.evaluator().Import(message);
    case MessageKind::kProvide:
      return thread_.evaluator().Provide(message);
    case MessageKind::kMethods:
      return thread_.evaluator().Methods(message);
    case MessageKind::kModuleMethods:
      return thread_.evaluator().ModuleMethods(message);
    case MessageKind::kDefine:
      return thread_.evaluator().Define(message);
    case MessageKind::kReadStats:
      return HeapFigures::Answer(thread_.isolate(), core_, message.id);
    case MessageKind::kPing:
      return core_.channel.PostToHost(std::move(message));
    case MessageKind::kSettle:
      return RunInBackground(thread_.host_calls().AccountOf(message.target),
                             [&] { thread_.host_calls().Settle(message); });
    case MessageKind::kAbort:
      return TakeAbort(message.target);
    case MessageKind::kReply:
      return thread_.host_calls().TakeReply(message);
    case MessageKind::kRelease:
      return thread_.functions().Release(message.target);
    case MessageKind::kNone:
    case MessageKind::kHostCall:
    case MessageKind::kSettled:
    case MessageKind::kUnhandled:
      return;
  }
}

}  // namespace isolet
