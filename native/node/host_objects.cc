#include "node/host_objects.h"

#include <memory>
#include <string>
#include <utility>

#include "isolate/call_arguments.h"
#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "isolate/value_writer.h"
#include "node/environment.h"
#include "node/host_runtime.h"
#include "node/host_try_catch.h"
#include "node/js_function.h"

namespace isolet {

uint64_t HostObjects::Add(v8::Local<v8::Value> value, v8::Local<v8::Value> receiver) {
  v8::Isolate* isolate = runtime_.environment().isolate();
  return objects_.Add(
      {v8::Global<v8::Value>(isolate, value), v8::Global<v8::Value>(isolate, receiver)});
}

v8::MaybeLocal<v8::Value> HostObjects::FindValue(uint64_t id) {
  Held* held = objects_.Find(id);
  if (held == nullptr) return {};
  return held->value.Get(runtime_.environment().isolate());
}

bool HostObjects::ServeCall(Message& call) {
  v8::Isolate* isolate = runtime_.environment().isolate();
  v8::HandleScope handles(isolate);
  Message reply;
  reply.kind = MessageKind::kReply;
  reply.id = call.id;
  {
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::Value> result;
    v8::Local<v8::Promise> promise;
    if (Invoke(call).ToLocal(&result)) {
      if (PromiseOf(result).ToLocal(&promise)) {
        AnswerLater(promise, &reply);
      } else if (!try_catch.HasCaught()) {
        EncodeResult(result, &reply);
      }
    }
    if (try_catch.HasTerminated()) {
      try_catch.ReThrow();
      return false;
    }
    if (try_catch.HasCaught()) {
      v8::Local<v8::Value> thrown = try_catch.Exception();
      try_catch.Reset();
      EncodeThrown(thrown, &reply, &reply.target);
    }
  }
  runtime_.core().channel.PostToRuntime(std::move(reply));
  return true;
}

v8::MaybeLocal<v8::Value> HostObjects::Invoke(Message& call) {
  const Realm& realm = runtime_.environment().realm();
  v8::Isolate* isolate = realm.isolate();
  Held* held = objects_.Find(call.target);
  if (held == nullptr) {
    isolate->ThrowException(
        realm.NewError("Error", "the host has released the function that was called"));
    return {};
  }
  v8::Local<v8::Function> function = held->value.Get(isolate).As<v8::Function>();
  v8::Local<v8::Value> receiver = held->receiver.Get(isolate);
  ValueReader reader(realm, runtime_.functions(), call.payload, nullptr);
  CallArguments arguments;
  if (!arguments.Read(reader)) return {};
  return function->Call(realm.context(), receiver, arguments.count(), arguments.data());
}

v8::MaybeLocal<v8::Promise> HostObjects::PromiseOf(v8::Local<v8::Value> result) {
  if (result->IsPromise()) return result.As<v8::Promise>();
  if (!result->IsObject()) return {};
  // A thenable of the host's is a promise to whoever wrote it. One of the plugin's
  // is a value: nobody at the host calls its `then`.
  v8::Local<v8::Context> context = runtime_.environment().realm().context();
  v8::Isolate* isolate = runtime_.environment().isolate();
  v8::Local<v8::Value> then;
  v8::Local<v8::Promise::Resolver> resolver;
  if (!result.As<v8::Object>()->Get(context, Literal(isolate, "then")).ToLocal(&then) ||
      !then->IsFunction() || JsFunction::Find(runtime_.environment(), then) != nullptr ||
      !v8::Promise::Resolver::New(context).ToLocal(&resolver) ||
      resolver->Resolve(context, result).IsNothing()) {
    return {};
  }
  return resolver->GetPromise();
}

void HostObjects::AnswerLater(v8::Local<v8::Promise> promise, Message* reply) {
  Environment& environment = runtime_.environment();
  v8::Isolate* isolate = environment.isolate();
  v8::Local<v8::Context> context = environment.realm().context();
  uint64_t id = ++last_promise_;
  v8::Local<v8::Value> fields[] = {environment.external(),
                                   v8::Number::New(isolate, static_cast<double>(runtime_.id())),
                                   v8::Number::New(isolate, static_cast<double>(id))};
  v8::Local<v8::Array> data = v8::Array::New(isolate, fields, 3);
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  if (!v8::Function::New(context, OnFulfilled, data).ToLocal(&fulfilled) ||
      !v8::Function::New(context, OnRejected, data).ToLocal(&rejected) ||
      promise->Then(context, fulfilled, rejected).IsEmpty()) {
    return;
  }
  reply->status = Status::kPromise;
  reply->target = id;
}

void HostObjects::OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  OnSettled(info, Status::kValue);
}

void HostObjects::OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info) {
  OnSettled(info, Status::kThrown);
}

void HostObjects::OnSettled(const v8::FunctionCallbackInfo<v8::Value>& info, Status status) {
  v8::Local<v8::Context> context = info.GetIsolate()->GetCurrentContext();
  v8::Local<v8::Array> data = info.Data().As<v8::Array>();
  auto field = [&](uint32_t index) { return data->Get(context, index).ToLocalChecked(); };
  std::shared_ptr<HostRuntime> runtime = Environment::Of(field(0)).FindRuntime(
      static_cast<uint64_t>(field(1).As<v8::Number>()->Value()));
  if (runtime == nullptr || runtime->dead()) return;
  runtime->objects().SettlePromise(static_cast<uint64_t>(field(2).As<v8::Number>()->Value()),
                                   info[0], status);
}

void HostObjects::SettlePromise(uint64_t promise, v8::Local<v8::Value> value, Status status) {
  Message settle;
  settle.kind = MessageKind::kSettle;
  settle.target = promise;
  if (status == Status::kThrown) {
    EncodeThrown(value, &settle, &settle.id);
  } else {
    HostTryCatch try_catch(runtime_.environment().isolate());
    EncodeResult(value, &settle);
    if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
      v8::Local<v8::Value> thrown = try_catch.Exception();
      try_catch.Reset();
      EncodeThrown(thrown, &settle, &settle.id);
    }
  }
  runtime_.core().channel.PostToRuntime(std::move(settle));
}

// Leaves an exception pending if a getter of the result threw one.
void HostObjects::EncodeResult(v8::Local<v8::Value> result, Message* message) {
  ValueWriter writer(runtime_.environment().realm(), runtime_.functions(), message->payload,
                     runtime_.limits(), ErrorStacks::kStrip);
  message->status = Status::kValue;
  if (writer.Write(result, "result")) return;
  message->payload.Clear();
  if (writer.problem() == WriteProblem::kThrown) return;
  message->status = Status::kFailed;
  message->failure = std::make_unique<Failure>(writer.TakeFailure());
}

// Of an error its name, message and code cross, and nothing else of the host: its
// stack and its other properties name files. The plugin's error stands for the
// original, which comes back as the cause if the plugin lets it escape.
void HostObjects::EncodeThrown(v8::Local<v8::Value> thrown, Message* message,
                               uint64_t* host_error) {
  const Realm& realm = runtime_.environment().realm();
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  HostTryCatch try_catch(isolate);
  message->payload.Clear();
  message->status = Status::kThrown;
  ValueWriter writer(realm, runtime_.functions(), message->payload, runtime_.limits(),
                     ErrorStacks::kStrip);
  v8::Local<v8::Object> shown;
  *host_error = Add(thrown, v8::Undefined(isolate));
  if (!realm.IsError(thrown)) {
    v8::Local<v8::String> text = Literal(isolate, "the host threw an object that is no Error");
    if (!thrown->IsObject()) text = thrown->ToDetailString(context).FromMaybe(text);
    shown = realm.NewError(Literal(isolate, "Error"), text);
  } else {
    v8::Local<v8::Object> error = thrown.As<v8::Object>();
    auto read = [&](const char* field) {
      v8::Local<v8::Value> value;
      if (!error->Get(context, Literal(isolate, field)).ToLocal(&value)) try_catch.Reset();
      return value;
    };
    auto text = [&](const char* field, const char* otherwise) {
      v8::Local<v8::Value> value = read(field);
      bool is_text = !value.IsEmpty() && value->IsString();
      return is_text ? value.As<v8::String>() : Literal(isolate, otherwise);
    };
    shown = realm.NewError(text("name", "Error"), text("message", ""));
    v8::Local<v8::Value> code = read("code");
    if (!code.IsEmpty() && (code->IsString() || code->IsNumber())) {
      shown->CreateDataProperty(context, Literal(isolate, "code"), code).FromMaybe(false);
    }
  }
  if (!writer.Write(shown, "error")) {
    // Too large to cross: that something was thrown still does.
    try_catch.Reset();
    message->payload.Clear();
    ValueWriter plain(realm, runtime_.functions(), message->payload, runtime_.limits(),
                      ErrorStacks::kStrip);
    plain.Write(realm.NewError("Error", "the host threw an error too large to cross"), "error");
  }
  message->payload.handles().Add(*host_error);
}

}  // namespace isolet
