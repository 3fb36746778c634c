#include "isolate/host_calls.h"

#include <utility>

#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "isolate/value_writer.h"

namespace isolet {
namespace {

// What calls of async host functions that have not settled may hold at the host, where
// no limit of the plugin's counts; and what one of them is reckoned to hold besides its
// arguments. Enough for 200,000 small ones.
constexpr size_t kMostPromised = size_t{64} << 20;
constexpr size_t kPendingCall = 256;

constexpr char kToHost[] = "to the host";
constexpr char kToPlugin[] = "to the plugin";

}  // namespace

void HostCalls::OnCall(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).host_calls().Call(info);
}

void HostCalls::Call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = thread_.isolate();
  Message call;
  call.kind = MessageKind::kHostCall;
  call.target = static_cast<uint64_t>(info.Data().As<v8::Number>()->Value());
  ValueWriter writer(thread_.realm(), thread_.functions(), call.payload, thread_.core().limits,
                     ErrorStacks::kKeep);
  if (!writer.WriteArguments(info, info.Length())) {
    if (writer.problem() == WriteProblem::kThrown) return;
    if (writer.problem() == WriteProblem::kStopped) return Unwind();
    isolate->ThrowException(ErrorOf(writer.TakeFailure(), kToHost));
    return;
  }
  v8::Local<v8::Value> value;
  if (Ask(std::move(call)).ToLocal(&value)) info.GetReturnValue().Set(value);
}

v8::MaybeLocal<v8::Value> HostCalls::Ask(Message&& call) {
  // A builtin has not looked, nor has the code since: its caller may have been told already.
  if (thread_.Stopping()) {
    Withdraw(call);
    Unwind();
    return {};
  }
  const size_t bytes = call.payload.weight() + kPendingCall;
  if (promised_bytes_ > kMostPromised) {
    Withdraw(call);
    thread_.isolate()->ThrowException(thread_.realm().NewError(
        "RangeError", "too many calls of host functions have not settled yet"));
    return {};
  }
  thread_.core().figures.host_calls.Add(1);
  Waiting waiting{++last_id_, bytes, innermost_, false, {}};
  call.id = waiting.id;
  innermost_ = &waiting;
  thread_.core().channel.PostToHost(std::move(call));
  bool answered = Await(waiting);
  innermost_ = waiting.outer;
  if (!answered) {
    if (waiting.answered) {
      // Too late to be delivered.
      made_.erase(waiting.reply.target);
    } else if (thread_.innermost() != nullptr) {
      given_up_.emplace(waiting.id, thread_.innermost()->Reason());
    }
    Unwind();
    return {};
  }
  return Deliver(waiting.reply);
}

void HostCalls::Withdraw(Message& call) {
  if (!call.payload.HasHandles()) return;
  for (uint64_t id : call.payload.handles().Withdraw()) thread_.functions().Withdraw(id);
}

bool HostCalls::Await(Waiting& waiting) {
  Channel& channel = thread_.core().channel;
  while (!waiting.answered) {
    if (thread_.Stopping()) return false;
    Message message;
    if (channel.TakeFromHost(message)) {
      thread_.loop().Receive(message);
    } else {
      channel.WaitAsRuntime([&] { return thread_.Stopping(); }, kNever);
    }
  }
  return true;
}

void HostCalls::TakeReply(Message& reply) {
  for (Waiting* waiting = innermost_; waiting != nullptr; waiting = waiting->outer) {
    if (waiting->id != reply.id) continue;
    waiting->reply = std::move(reply);
    waiting->answered = true;
    // Made at once: the promise may settle before its call gets to see it.
    if (waiting->reply.status == Status::kPromise)
      MakePromise(waiting->reply.target, waiting->bytes);
    return;
  }
  // Its call was stopped meanwhile: nobody waits any more.
  given_up_.erase(reply.id);
}

const Failure* HostCalls::GivenUp(uint64_t parent) const {
  auto found = given_up_.find(parent);
  return found == given_up_.end() ? nullptr : &found->second;
}

v8::MaybeLocal<v8::Value> HostCalls::Deliver(Message& reply) {
  v8::Isolate* isolate = thread_.isolate();
  switch (reply.status) {
    case Status::kFailed:
      isolate->ThrowException(ErrorOf(*reply.failure, kToPlugin));
      return {};
    case Status::kPromise: {
      auto found = made_.find(reply.target);
      if (found == made_.end()) return {};
      v8::Local<v8::Promise> promise = found->second.Get(isolate);
      made_.erase(found);
      return promise;
    }
    case Status::kValue:
      return Decode(reply);
    case Status::kThrown: {
      v8::Local<v8::Value> thrown;
      if (Decode(reply).ToLocal(&thrown)) isolate->ThrowException(thrown);
      return {};
    }
  }
  return {};
}

void HostCalls::MakePromise(uint64_t id, size_t bytes) {
  v8::Isolate* isolate = thread_.isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(thread_.realm().context()).ToLocal(&resolver)) return;
  // The innermost call's: that is the one that waits for its host function.
  uint64_t account = thread_.innermost() != nullptr ? thread_.innermost()->call() : 0;
  promises_.insert_or_assign(
      id, Promised{v8::Global<v8::Promise::Resolver>(isolate, resolver), account, bytes});
  promised_bytes_ += bytes;
  made_[id].Reset(isolate, resolver->GetPromise());
}

v8::MaybeLocal<v8::Value> HostCalls::Decode(Message& message) {
  ValueReader reader(thread_.realm(), thread_.functions(), message.payload, thread_.core().budget);
  v8::Local<v8::Value> value;
  if (!reader.Read().ToLocal(&value)) return {};
  if (message.status == Status::kThrown && message.target != 0 && value->IsNativeError()) {
    thread_.functions().MarkHostError(value.As<v8::Object>(), message.target);
    message.payload.handles().Take(message.target);
  }
  return value;
}

uint64_t HostCalls::AccountOf(uint64_t promise) const {
  auto found = promises_.find(promise);
  return found == promises_.end() ? 0 : found->second.account;
}

void HostCalls::Settle(Message& settled) {
  auto found = promises_.find(settled.target);
  if (found == promises_.end()) return;
  v8::Isolate* isolate = thread_.isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::Promise::Resolver> resolver = found->second.resolver.Get(isolate);
  promised_bytes_ -= found->second.bytes;
  promises_.erase(found);
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> value;
  bool fulfil = settled.status == Status::kValue;
  if (settled.status == Status::kFailed) {
    value = ErrorOf(*settled.failure, kToPlugin);
  } else {
    // The id of the host error has come in `id`: `target` names the promise.
    settled.target = settled.id;
    if (!Decode(settled).ToLocal(&value)) {
      if (try_catch.HasTerminated()) return;
      fulfil = false;
      value =
          try_catch.HasCaught() ? try_catch.Exception() : v8::Undefined(isolate).As<v8::Value>();
    }
  }
  if (fulfil) {
    resolver->Resolve(context, value).FromMaybe(false);
  } else {
    resolver->Reject(context, value).FromMaybe(false);
  }
}

v8::Local<v8::Object> HostCalls::ErrorOf(const Failure& failure, const char* where) {
  const char* name = "Error";
  const char* code = nullptr;
  std::string text = failure.path;
  switch (failure.kind) {
    case FailureKind::kDepthLimit:
    case FailureKind::kBytesLimit:
      name = "SerializationLimitError";
      code = "ERR_SERIALIZATION_LIMIT";
      text += failure.kind == FailureKind::kDepthLimit ? ": nested too deeply" : ": too large";
      text += " to cross ";
      text += where;
      break;
    case FailureKind::kDataClone:
      name = "DataCloneError";
      code = "ERR_DATA_CLONE";
      text += ": ";
      text += failure.text;
      text += " can't cross ";
      text += where;
      break;
    case FailureKind::kInvalidArgument:
      name = "TypeError";
      code = "ERR_INVALID_ARG";
      text = failure.text;
      break;
    case FailureKind::kClosed:
      name = "RuntimeClosedError";
      code = "ERR_CLOSED";
      text += ": the function is closed";
      break;
    default:
      text = failure.text.empty() ? "the call failed" : failure.text;
  }
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Object> error = thread_.realm().NewError(name, text);
  if (code != nullptr) {
    error
        ->CreateDataProperty(thread_.realm().context(), Literal(isolate, "code"),
                             Literal(isolate, code))
        .FromMaybe(false);
  }
  return error;
}

void HostCalls::Unwind() {
  v8::Isolate* isolate = thread_.isolate();
  // Not only what the watchdog asked for: an abort marks the scope and
  // terminates when it is handled.
  isolate->TerminateExecution();
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::Script> nothing;
  if (v8::Script::Compile(context, v8::String::Empty(isolate)).ToLocal(&nothing)) {
    static_cast<void>(nothing->Run(context).IsEmpty());
  }
}

}  // namespace isolet
