#include "node/js_function.h"

#include <utility>

#include "isolate/v8_prototypes.h"
#include "isolate/value_writer.h"
#include "node/environment.h"
#include "node/host_runtime.h"

namespace isolet {
namespace {

constexpr uint32_t kTransferArguments = 1;
constexpr uint32_t kTransferResult = 2;

Buffers BuffersOf(v8::Local<v8::Value> transfer, uint32_t bit) {
  const uint32_t bits = transfer->IsUint32() ? transfer.As<v8::Uint32>()->Value() : 0;
  return (bits & bit) != 0 ? Buffers::kMoved : Buffers::kCopied;
}

}  // namespace

Buffers ArgumentBuffersOf(v8::Local<v8::Value> transfer) {
  return BuffersOf(transfer, kTransferArguments);
}

Buffers ResultBuffersOf(v8::Local<v8::Value> transfer) {
  return BuffersOf(transfer, kTransferResult);
}

RemoteFunction::RemoteFunction(std::shared_ptr<HostRuntime> runtime, uint64_t id)
    : runtime_(std::move(runtime)), id_(id) {}

void RemoteFunction::Close() {
  if (std::exchange(closed_, true)) return;
  runtime_->ReleaseFunction(id_);
}

v8::MaybeLocal<v8::Function> JsFunction::Create(Environment& environment,
                                                std::shared_ptr<RemoteFunction> remote,
                                                CallManner manner, v8::Local<v8::Value> receiver) {
  v8::Isolate* isolate = environment.isolate();
  v8::Local<v8::Context> context = environment.realm().context();
  auto data = std::make_unique<JsFunction>();
  data->environment = &environment;
  data->remote = std::move(remote);
  data->manner = manner;
  data->manner.has_receiver = !receiver.IsEmpty();
  v8::Local<v8::External> external = v8::External::New(isolate, data.get());
  v8::Local<v8::Function> function;
  if (!v8::Function::New(context, OnCall, external, 0, v8::ConstructorBehavior::kThrow)
           .ToLocal(&function) ||
      function->SetPrivate(context, environment.function_key(), external).IsNothing()) {
    return {};
  }
  if (!receiver.IsEmpty() &&
      function->SetPrivate(context, environment.receiver_key(), receiver).IsNothing()) {
    return {};
  }
  if (!SetPrototype(context, function, environment.function_prototype())) return {};
  data->self.Reset(isolate, function);
  data->self.SetWeak(
      data.get(),
      [](const v8::WeakCallbackInfo<JsFunction>& info) {
        JsFunction* collected = info.GetParameter();
        collected->self.Reset();
        // From here on the environment, which may end before the second pass, does
        // not know it any more.
        collected->environment->Forget(collected);
        // The second pass comes by the event loop: too late for a script that gives
        // away functions in a loop while the host waits for it.
        if (!collected->HoldsHandles()) return delete collected;
        info.SetSecondPassCallback(
            [](const v8::WeakCallbackInfo<JsFunction>& second) { delete second.GetParameter(); });
      },
      v8::WeakCallbackType::kParameter);
  environment.Keep(data.release());
  return function;
}

v8::Local<v8::Value> JsFunction::Receiver() const {
  if (!manner.has_receiver) return {};
  v8::Local<v8::Context> context = environment->realm().context();
  v8::Local<v8::Function> function = self.Get(environment->isolate());
  v8::Local<v8::Private> key = environment->receiver_key();
  v8::Local<v8::Value> receiver;
  if (!function->GetPrivate(context, key).ToLocal(&receiver)) return {};
  return receiver;
}

JsFunction* JsFunction::Find(Environment& environment, v8::Local<v8::Value> value) {
  if (!value->IsFunction()) return nullptr;
  v8::Local<v8::Value> data;
  if (!value.As<v8::Object>()
           ->GetPrivate(environment.realm().context(), environment.function_key())
           .ToLocal(&data) ||
      !data->IsExternal()) {
    return nullptr;
  }
  return static_cast<JsFunction*>(data.As<v8::External>()->Value());
}

void JsFunction::OnCall(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* function = static_cast<JsFunction*>(info.Data().As<v8::External>()->Value());
  Message command;
  command.settling = Settling::kPromise;
  if (!function->Prepare(&command, info, info.Length())) return;
  v8::Local<v8::Value> result;
  if (function->remote->runtime().Request(std::move(command)).ToLocal(&result)) {
    info.GetReturnValue().Set(result);
  }
}

template <class Arguments>
bool JsFunction::Prepare(Message* command, const Arguments& arguments, int count) {
  HostRuntime& runtime = remote->runtime();
  if (!runtime.ThrowIfDead()) return false;
  if (remote->closed()) {
    Failure failure;
    failure.text = "the function";
    return runtime.Throw(failure);
  }
  command->kind = MessageKind::kCall;
  command->target = remote->id();
  command->limits = manner.limits;
  command->answer_buffers = manner.result;
  ValueWriter writer(environment->realm(), runtime.functions(), command->payload, runtime.limits(),
                     ErrorStacks::kStrip);
  bool written = true;
  const v8::Local<v8::Value> receiver = Receiver();
  writer.WriteCount(receiver.IsEmpty() ? 0 : 1);
  if (!receiver.IsEmpty()) written = writer.Write(receiver, "this");
  if (manner.arguments == Buffers::kMoved) writer.MoveBuffers(nullptr);
  written = written && writer.WriteArguments(arguments, count);
  if (written) return true;
  if (writer.problem() == WriteProblem::kThrown) return false;
  return runtime.Throw(writer.TakeFailure());
}

v8::MaybeLocal<v8::Value> JsFunction::CallSettled(v8::Local<v8::Value>* arguments, int count) {
  Message command;
  command.settling = Settling::kNow;
  if (!Prepare(&command, arguments, count)) return {};
  return remote->runtime().Request(std::move(command));
}

v8::MaybeLocal<v8::Value> JsFunction::CallAsync(v8::Local<v8::Value>* arguments, int count,
                                                uint64_t abort_id) {
  Message command;
  if (!Prepare(&command, arguments, count)) return {};
  return remote->runtime().RequestAsync(std::move(command), abort_id);
}

}  // namespace isolet
