#include "node/runtime_hooks.h"

#include "node/environment.h"
#include "node/failure_error.h"
#include "node/host_runtime.h"
#include "node/host_try_catch.h"

namespace isolet {

void RuntimeHooks::SetUnhandled(v8::Local<v8::Value> callback) {
  if (callback.IsEmpty() || !callback->IsFunction()) return;
  on_unhandled_.Reset(runtime_.environment().isolate(), callback.As<v8::Function>());
}

void RuntimeHooks::SetStarted(v8::Local<v8::Function> callback) {
  on_started_.Reset(runtime_.environment().isolate(), callback);
}

void RuntimeHooks::TellUnhandled(const Failure& failure) {
  if (on_unhandled_.IsEmpty()) return;
  v8::Isolate* isolate = runtime_.environment().isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Value> error = ErrorOfFailure(runtime_, failure);
  Call(on_unhandled_.Get(isolate), 1, &error);
}

void RuntimeHooks::TellStarted() {
  if (on_started_.IsEmpty()) return;
  v8::Isolate* isolate = runtime_.environment().isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Function> callback = on_started_.Get(isolate);
  on_started_.Reset();
  Call(callback, 0, nullptr);
}

void RuntimeHooks::EndStreams(const Failure& reason) {
  if (!has_streams()) return;
  v8::HandleScope handles(runtime_.environment().isolate());
  v8::Local<v8::Value> arguments[] = {stream_counts(), ErrorOfFailure(runtime_, reason)};
  Call(runtime_.environment().end_streams(), 2, arguments);
}

v8::Local<v8::Object> RuntimeHooks::stream_counts() {
  v8::Isolate* isolate = runtime_.environment().isolate();
  if (stream_counts_.IsEmpty()) stream_counts_.Reset(isolate, v8::Object::New(isolate));
  return stream_counts_.Get(isolate);
}

void RuntimeHooks::Call(v8::Local<v8::Function> hook, int count, v8::Local<v8::Value>* arguments) {
  if (runtime_.is_host_terminating()) return;
  Environment& environment = runtime_.environment();
  v8::Isolate* isolate = environment.isolate();
  HostTryCatch try_catch(isolate);
  // It throws nothing: lib/ sees to that.
  static_cast<void>(
      hook->Call(environment.realm().context(), v8::Undefined(isolate), count, arguments)
          .IsEmpty());
  if (try_catch.HasTerminated()) runtime_.GiveUpTerminating();
}

}  // namespace isolet
