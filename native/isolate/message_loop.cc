#include "isolate/message_loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "isolate/runtime_thread.h"

namespace isolet {

MessageLoop::MessageLoop(RuntimeThread& thread, TaskQueue& tasks)
    : thread_(thread), core_(thread.core()), tasks_(tasks) {}

void MessageLoop::OnAbortRequested(v8::Isolate* isolate, void* core_pointer) {
  MessageLoop& loop = RuntimeThread::Of(isolate).loop();
  auto* core = static_cast<RuntimeCore*>(core_pointer);
  for (uint64_t call : core->AbortRequests()) {
    if (loop.MarkAborted(call)) isolate->TerminateExecution();
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
  if (MarkAborted(call)) thread_.isolate()->TerminateExecution();
  thread_.pending().Abort(call);
  std::erase_if(deferred_, [&](const Message& message) { return message.id == call; });
}

template <class Body>
void MessageLoop::RunInBackground(uint64_t call, Body body) {
  v8::HandleScope handles(thread_.isolate());
  {
    CallScope scope(thread_, thread_.pending().LimitsFor(call), call);
    v8::TryCatch try_catch(thread_.isolate());
    body();
    if (!thread_.Stopping()) thread_.isolate()->PerformMicrotaskCheckpoint();
    scope.Finish();
    thread_.pending().EndOfWork(scope);
  }
  thread_.pending().Expire();
}

void MessageLoop::Run() {
  Channel& channel = core_.channel;
  while (!core_.dying()) {
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
    tasks_.ClearPosted();
    if (std::unique_ptr<v8::Task> task = tasks_.Take()) {
      RunInBackground(0, [&] { task->Run(); });
      continue;
    }
    thread_.pending().Expire();
    Nanos until = std::min(tasks_.NextDue(), thread_.pending().NextWallDeadline());
    channel.WaitAsRuntime([&] { return core_.dying() || tasks_.Posted(); }, until);
  }
}

void MessageLoop::Receive(Message& message) {
  switch (message.kind) {
    case MessageKind::kEvaluate:
    case MessageKind::kCall:
    case MessageKind::kMethods:
    case MessageKind::kDefine:
      // Calls of the host's that have nothing to do with this one would run in
      // the middle of it, under its deadline, and keep it from its answer.
      if (message.settling == Settling::kAsync || !thread_.host_calls().Nests(message.parent)) {
        deferred_.push_back(std::move(message));
        return;
      }
      break;
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
    case MessageKind::kCall:
      return thread_.evaluator().Call(message);
    case MessageKind::kMethods:
      return thread_.evaluator().Methods(message);
    case MessageKind::kDefine:
      return thread_.evaluator().Define(message);
    case MessageKind::kReadStats: {
      thread_.heap_guard().PublishFigures();
      Message reply;
      reply.kind = MessageKind::kReply;
      reply.id = message.id;
      return core_.channel.PostToHost(std::move(reply));
    }
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
      return;
  }
}

}  // namespace isolet
