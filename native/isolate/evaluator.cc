#include "isolate/evaluator.h"

#include <memory>
#include <string_view>
#include <utility>

#include "isolate/call_arguments.h"
#include "isolate/exception_report.h"
#include "isolate/method_list.h"
#include "isolate/runtime_thread.h"
#include "isolate/script_compiler.h"
#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "isolate/value_writer.h"

namespace isolet {
namespace {

void Fail(Message* answer, FailureKind kind) {
  answer->status = Status::kFailed;
  answer->failure = std::make_unique<Failure>();
  answer->failure->kind = kind;
}

}  // namespace

bool Evaluator::RunScript(v8::Local<v8::String> source, const char* filename) {
  ScriptPosition position;
  position.filename = filename;
  v8::Local<v8::Script> script;
  return CompileScript(thread_.realm(), source, &position).ToLocal(&script) &&
         !script->Run(thread_.realm().context()).IsEmpty();
}

template <class Body>
void Evaluator::Run(Message& command, ExecutionKind kind, Body body) {
  v8::Isolate* isolate = thread_.isolate();
  v8::HandleScope handles(isolate);
  Message answer;
  answer.kind = command.settling == Settling::kAsync ? MessageKind::kSettled : MessageKind::kReply;
  answer.id = command.id;
  bool is_outermost = thread_.innermost() == nullptr;
  Nanos started = NowNanos();
  {
    thread_.core().last_begun.store(command.id, std::memory_order_relaxed);
    if (is_outermost) {
      thread_.core().last_outermost_begun.store(command.id, std::memory_order_relaxed);
    }
    CallScope scope(thread_, CallScope::LimitsFrom(thread_, command.limits, command.issued),
                    command.id);
    v8::TryCatch try_catch(isolate);
    // Its time may have passed in the queue, or it was aborted there.
    if (thread_.core().IsAborted(command.id)) scope.MarkAborted();
    v8::MaybeLocal<v8::Value> result;
    if (!scope.Expired() && !scope.Stopping()) result = body();
    Conclude(command, scope, try_catch, result, &answer);
    if (is_outermost) thread_.unhandled().EndOfTurn();
    if (is_outermost) JudgeMemory(started, &answer);
    // Decided before the scope cancels what it was stopped by.
    bool stopped = answer.status == Status::kFailed && answer.failure == nullptr;
    scope.Finish();
    if (stopped) answer.failure = std::make_unique<Failure>(scope.Reason());
    try_catch.Reset();
    thread_.pending().EndOfWork(scope);
    if (scope.stopped()) thread_.modules().graphs().OnStopped(command.id);
  }
  if (is_outermost && kind != ExecutionKind::kNone) {
    thread_.core().figures.CountExecution(kind, static_cast<uint64_t>(NowNanos() - started));
  }
  bool is_pending_async = command.settling == Settling::kAsync && answer.status == Status::kPromise;
  if (!is_pending_async) thread_.core().channel.PostToHost(std::move(answer));
  if (is_outermost) thread_.pending().Expire();
}

void Evaluator::Conclude(const Message& command, const CallScope& scope, v8::TryCatch& try_catch,
                         v8::MaybeLocal<v8::Value> result, Message* answer) {
  v8::Isolate* isolate = thread_.isolate();
  thread_.heap_guard().SettleRefusal();
  answer->status = Status::kFailed;  // until it turns out otherwise
  v8::Local<v8::Value> value;
  if (!result.ToLocal(&value)) {
    if (try_catch.HasTerminated() || thread_.Stopping() || scope.Expired()) return;
    if (!try_catch.HasCaught()) return Fail(answer, FailureKind::kInvalidArgument);
    v8::Local<v8::Value> exception = try_catch.Exception();
    v8::Local<v8::Message> message = try_catch.Message();
    try_catch.Reset();
    // Continuations queued before the throw run all the same, as in any host.
    if (scope.outer() == nullptr) isolate->PerformMicrotaskCheckpoint();
    if (try_catch.HasTerminated() || thread_.Stopping()) return;
    EncodeException(exception, message, answer);
    return;
  }
  bool is_pending =
      value->IsPromise() && value.As<v8::Promise>()->State() == v8::Promise::PromiseState::kPending;
  // A nested call leaves the outer one's continuations alone unless it needs them.
  if (scope.outer() == nullptr || is_pending) isolate->PerformMicrotaskCheckpoint();
  if (try_catch.HasTerminated() || thread_.Stopping()) return;
  if (command.settling == Settling::kAsync && !AdoptThenable(&value)) {
    if (try_catch.HasTerminated() || thread_.Stopping() || !try_catch.HasCaught()) return;
    EncodeException(try_catch.Exception(), try_catch.Message(), answer);
    return;
  }
  if (value->IsPromise()) {
    v8::Local<v8::Promise> promise = value.As<v8::Promise>();
    // Not for a nested call: timers would fire in the middle of the code around it.
    if (command.settling == Settling::kNow && scope.outer() == nullptr) {
      // Whoever waits here handles it.
      promise->MarkAsHandled();
      thread_.loop().RunTimersFor(promise);
      if (try_catch.HasTerminated() || thread_.Stopping() || scope.Expired()) return;
    }
    switch (promise->State()) {
      case v8::Promise::PromiseState::kFulfilled:
        value = promise->Result();
        break;
      case v8::Promise::PromiseState::kRejected:
        promise->MarkAsHandled();
        EncodeException(promise->Result(), {}, answer);
        return;
      case v8::Promise::PromiseState::kPending:
        if (command.settling == Settling::kNow) {
          return Fail(answer, FailureKind::kPendingPromise);
        }
        if (thread_.pending().Watch(promise, scope, command.answer_buffers)) {
          answer->status = Status::kPromise;
        } else if (!try_catch.HasTerminated() && try_catch.HasCaught()) {
          EncodeException(try_catch.Exception(), try_catch.Message(), answer);
        }
        return;
    }
  }
  Encode(value, Status::kValue, command.answer_buffers, answer);
}

// Once the answer is written: that may take as much as the call itself.
void Evaluator::JudgeMemory(Nanos started, Message* answer) {
  thread_.heap_guard().JudgeCall(started);
  if (!thread_.core().dying()) return;
  answer->payload.Clear();
  answer->failure.reset();
  answer->status = Status::kFailed;
}

// What resolves the host's promise must not be a thenable there: the host would
// call the plugin's `then` itself, on no call's account. A promise of the plugin's
// asks for `then`, once, as it does in any host.
bool Evaluator::AdoptThenable(v8::Local<v8::Value>* value) {
  if (!(*value)->IsObject() || (*value)->IsPromise()) return true;
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver) ||
      resolver->Resolve(context, *value).IsNothing()) {
    return false;
  }
  v8::Local<v8::Promise> promise = resolver->GetPromise();
  if (promise->State() == v8::Promise::PromiseState::kFulfilled) return true;
  *value = promise;
  thread_.isolate()->PerformMicrotaskCheckpoint();
  return !thread_.Stopping();
}

bool Evaluator::Encode(v8::Local<v8::Value> value, Status status, Buffers buffers,
                       Message* answer) {
  if (status == Status::kThrown) return EncodeException(value, {}, answer);
  v8::TryCatch try_catch(thread_.isolate());
  ValueWriter writer(thread_.realm(), thread_.functions(), answer->payload, thread_.core().limits,
                     ErrorStacks::kKeep);
  if (buffers == Buffers::kMoved) writer.MoveBuffers(thread_.core().budget.get());
  answer->status = Status::kValue;
  if (writer.Write(value, "result")) return true;
  answer->payload.Clear();
  answer->status = Status::kFailed;
  if (thread_.Stopping() || try_catch.HasTerminated()) return false;
  if (writer.problem() == WriteProblem::kThrown) {
    return EncodeException(try_catch.Exception(), try_catch.Message(), answer);
  }
  answer->failure = std::make_unique<Failure>(writer.TakeFailure());
  return true;
}

bool Evaluator::EncodeException(v8::Local<v8::Value> exception, v8::Local<v8::Message> message,
                                Message* answer) {
  auto failure = std::make_unique<Failure>();
  answer->status = Status::kFailed;
  if (!ReportException(thread_, exception, message, failure.get())) return false;
  answer->failure = std::move(failure);
  return true;
}

void Evaluator::Evaluate(Message& command) {
  bool is_async = command.settling == Settling::kAsync;
  Run(command, is_async ? ExecutionKind::kEvalAsync : ExecutionKind::kEvalSync,
      [&]() -> v8::MaybeLocal<v8::Value> {
        v8::Local<v8::Script> script;
        if (!FindOrCompileSource(command).ToLocal(&script)) return {};
        return script->Run(thread_.realm().context());
      });
}

v8::MaybeLocal<v8::Script> Evaluator::CompileSource(Message& command) {
  ValueReader reader(thread_.realm(), thread_.functions(), command.payload, nullptr);
  v8::Local<v8::String> source;
  if (!reader.ReadString().ToLocal(&source)) return {};
  return CompileScript(thread_.realm(), source, command.position.get());
}

v8::MaybeLocal<v8::Script> Evaluator::FindOrCompileSource(Message& command) {
  // No handle may be left when a snapshot is made.
  if (command.position != nullptr || thread_.snapshot() != nullptr) return CompileSource(command);
  const std::string_view bytes(reinterpret_cast<const char*>(command.payload.data()),
                               command.payload.size());
  v8::Local<v8::Script> script;
  if (scripts_.Find(thread_.isolate(), bytes).ToLocal(&script)) return script;
  if (!CompileSource(command).ToLocal(&script)) return {};
  scripts_.Note(thread_.isolate(), bytes, script);
  return script;
}

void Evaluator::RunScript(Message& command) {
  Run(command, ExecutionKind::kEvalSync, [&]() -> v8::MaybeLocal<v8::Value> {
    v8::Local<v8::Script> script;
    if (!CompileSource(command).ToLocal(&script) ||
        script->Run(thread_.realm().context()).IsEmpty()) {
      return {};
    }
    if (thread_.snapshot() != nullptr) thread_.snapshot()->Record(script);
    return v8::Undefined(thread_.isolate()).As<v8::Value>();
  });
}

void Evaluator::BuildSnapshot(Message& command) {
  // The host is not to give it up for being late: the watchdog does.
  thread_.core().last_begun.store(command.id, std::memory_order_relaxed);
  thread_.core().last_outermost_begun.store(command.id, std::memory_order_relaxed);
  thread_.snapshot()->Ask(command);
}

void Evaluator::Call(Message& command) {
  bool is_async = command.settling == Settling::kAsync;
  Run(command, is_async ? ExecutionKind::kCallAsync : ExecutionKind::kCallSync,
      [&]() -> v8::MaybeLocal<v8::Value> {
        v8::Local<v8::Function> function;
        v8::Local<v8::Value> receiver;
        if (!thread_.functions().Find(command.target, &function, &receiver)) return {};
        ValueReader reader(thread_.realm(), thread_.functions(), command.payload,
                           thread_.core().budget);
        uint32_t has_receiver = 0;
        CallArguments arguments;
        if (!reader.ReadCount(&has_receiver)) return {};
        if (has_receiver != 0 && !reader.Read().ToLocal(&receiver)) return {};
        if (!arguments.Read(reader)) return {};
        return function->Call(thread_.realm().context(), receiver, arguments.count(),
                              arguments.data());
      });
}

void Evaluator::Import(Message& command) {
  bool is_async = command.settling == Settling::kAsync;
  Run(command, is_async ? ExecutionKind::kModuleAsync : ExecutionKind::kModuleSync,
      [&]() -> v8::MaybeLocal<v8::Value> {
        v8::Local<v8::Promise> exports;
        if (!StartImport(command).ToLocal(&exports)) return {};
        return exports.As<v8::Value>();
      });
}

v8::MaybeLocal<v8::Promise> Evaluator::StartImport(Message& command) {
  ValueReader reader(thread_.realm(), thread_.functions(), command.payload, nullptr);
  v8::Local<v8::String> specifier;
  if (!reader.ReadString().ToLocal(&specifier)) return {};
  return thread_.modules().graphs().Import(specifier, v8::String::Empty(thread_.isolate()),
                                           ModuleType::kJavaScript);
}

void Evaluator::Provide(Message& command) {
  Run(command, ExecutionKind::kNone, [&]() -> v8::MaybeLocal<v8::Value> {
    ValueReader reader(thread_.realm(), thread_.functions(), command.payload, nullptr);
    v8::Local<v8::Value> resolve;
    v8::Local<v8::Value> load;
    if (!reader.Read().ToLocal(&resolve) || !reader.Read().ToLocal(&load) ||
        !resolve->IsFunction() || !load->IsFunction()) {
      return {};
    }
    thread_.modules().Provide(resolve.As<v8::Function>(), load.As<v8::Function>());
    return v8::Undefined(thread_.isolate()).As<v8::Value>();
  });
}

void Evaluator::Methods(Message& command) {
  v8::Local<v8::Context> context = thread_.realm().context();
  Run(command, ExecutionKind::kEvalSync, [&]() -> v8::MaybeLocal<v8::Value> {
    ValueReader reader(thread_.realm(), thread_.functions(), command.payload, nullptr);
    v8::Local<v8::String> source;
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> subject;
    if (!reader.ReadString().ToLocal(&source) ||
        !CompileScript(thread_.realm(), source, nullptr).ToLocal(&script) ||
        !script->Run(context).ToLocal(&subject)) {
      return {};
    }
    return ListMethods(thread_, subject);
  });
}

void Evaluator::ModuleMethods(Message& command) {
  Run(command, ExecutionKind::kModuleSync, [&]() -> v8::MaybeLocal<v8::Value> {
    v8::Local<v8::Context> context = thread_.realm().context();
    v8::Local<v8::Promise> exports;
    v8::Local<v8::Function> list;
    v8::Local<v8::Promise> listed;
    if (!StartImport(command).ToLocal(&exports) ||
        !v8::Function::New(context, ListMethodsOfModule).ToLocal(&list) ||
        !exports->Then(context, list).ToLocal(&listed)) {
      return {};
    }
    return listed.As<v8::Value>();
  });
}

void Evaluator::Define(Message& command) {
  Run(command, ExecutionKind::kNone, [&]() -> v8::MaybeLocal<v8::Value> {
    v8::Isolate* isolate = thread_.isolate();
    v8::Local<v8::Context> context = thread_.realm().context();
    ValueReader reader(thread_.realm(), thread_.functions(), command.payload,
                       thread_.core().budget);
    reader.Freeze(Freezing::kDeep);
    v8::Local<v8::String> name;
    v8::Local<v8::Value> value;
    if (!reader.ReadString().ToLocal(&name) || !reader.Read().ToLocal(&value)) return {};
    if (value->IsFunction()) value.As<v8::Function>()->SetName(name);
    bool defined =
        context->Global()->DefineOwnProperty(context, name, value, v8::None).FromMaybe(false);
    if (!defined) {
      isolate->ThrowException(v8::Exception::TypeError(
          v8::String::Concat(isolate, Text(isolate, "the plugin has fixed its global "), name)));
      return {};
    }
    return v8::Undefined(isolate).As<v8::Value>();
  });
}

}  // namespace isolet
