#include <napi.h>
#include <node_version.h>

#include <memory>
#include <utility>
#include <vector>

#include "isolate/process.h"
#include "node/environment.h"
#include "node/host_runtime.h"
#include "node/js_function.h"
#include "node/runtime_wrap.h"
#include "node/snapshot_value.h"
#include "node/v8_napi.h"
#include "shared/streams_library.h"

namespace isolet {
namespace {

Napi::Value Setup(const Napi::CallbackInfo& info) {
  auto hooks = info[0].As<Napi::Object>();
  Environment::Of(info.Env())
      .SetHooks({ToV8(hooks.Get("createError")).As<v8::Function>(),
                 ToV8(hooks.Get("functionPrototype")).As<v8::Object>(),
                 ToV8(hooks.Get("openStream")).As<v8::Function>(),
                 ToV8(hooks.Get("wrapStream")).As<v8::Function>(),
                 ToV8(hooks.Get("endStreams")).As<v8::Function>(),
                 ToV8(hooks.Get("moveBuffer")).As<v8::Function>(),
                 std::make_shared<StreamsLibrary>(hooks.Get("streamsFile").ToString(),
                                                  hooks.Get("streamEnds").ToString())});
  return {};
}

JsFunction* FunctionOf(const Napi::CallbackInfo& info) {
  JsFunction* function = JsFunction::Find(Environment::Of(info.Env()), ToV8(info[0]));
  if (function == nullptr) throw Napi::TypeError::New(info.Env(), "not a function of a runtime");
  return function;
}

// V8's own limit (Code::kMaxArguments).
constexpr uint32_t kMostArguments = 65534;

std::vector<v8::Local<v8::Value>> ArgumentsOf(const Napi::Value& value) {
  auto array = value.As<Napi::Array>();
  // Once: a getter of the host's may lengthen it.
  const uint32_t length = array.Length();
  if (length > kMostArguments) {
    throw Napi::RangeError::New(value.Env(), "more arguments than a function can take");
  }
  std::vector<v8::Local<v8::Value>> arguments(length);
  for (uint32_t i = 0; i < length; ++i) arguments[i] = ToV8(array.Get(i));
  return arguments;
}

Napi::Value IsJsFunction(const Napi::CallbackInfo& info) {
  JsFunction* function = JsFunction::Find(Environment::Of(info.Env()), ToV8(info[0]));
  return Napi::Boolean::New(info.Env(), function != nullptr);
}

Napi::Value DeriveFunction(const Napi::CallbackInfo& info) {
  JsFunction* base = FunctionOf(info);
  Environment& environment = *base->environment;
  CallManner manner = base->manner;
  if (Nanos wall = NanosOf(ToV8(info[3])); wall != kNever) manner.limits.wall = wall;
  if (Nanos cpu = NanosOf(ToV8(info[4])); cpu != kNever) manner.limits.cpu = cpu;
  if (info[5].IsNumber()) {
    manner.arguments = ArgumentBuffersOf(ToV8(info[5]));
    manner.result = ResultBuffersOf(ToV8(info[5]));
  }
  v8::Local<v8::Value> receiver;
  if (info[1].ToNumber().Int32Value() != 0) {
    receiver = ToV8(info[2]);
  } else {
    receiver = base->Receiver();
  }
  v8::Local<v8::Function> derived;
  if (!JsFunction::Create(environment, base->remote, manner, receiver).ToLocal(&derived)) {
    return {};
  }
  return ToNapi(info.Env(), derived.As<v8::Value>());
}

Napi::Value CallFunctionAsync(const Napi::CallbackInfo& info) {
  JsFunction* function = FunctionOf(info);
  std::vector<v8::Local<v8::Value>> arguments = ArgumentsOf(info[1]);
  auto abort_id = static_cast<uint64_t>(info[2].ToNumber().Int64Value());
  return ToNapi(info.Env(), function->CallAsync(arguments.data(),
                                                static_cast<int>(arguments.size()), abort_id));
}

Napi::Value CallFunctionSettled(const Napi::CallbackInfo& info) {
  JsFunction* function = FunctionOf(info);
  std::vector<v8::Local<v8::Value>> arguments = ArgumentsOf(info[1]);
  return ToNapi(info.Env(),
                function->CallSettled(arguments.data(), static_cast<int>(arguments.size())));
}

Napi::Value CloseFunction(const Napi::CallbackInfo& info) {
  FunctionOf(info)->remote->Close();
  return {};
}

Napi::Value AbortFunction(const Napi::CallbackInfo& info) {
  FunctionOf(info)->remote->runtime().Abort(static_cast<uint64_t>(info[1].ToNumber().Int64Value()));
  return {};
}

Napi::Value CountLive(const Napi::CallbackInfo& info) {
  LiveCounts& live = Process::Get().live;
  Napi::Object counts = Napi::Object::New(info.Env());
  counts.Set("runtimes", static_cast<double>(live.runtimes.load()));
  counts.Set("threads", static_cast<double>(live.threads()));
  counts.Set("handles", static_cast<double>(live.handles.load()));
  counts.Set("lost", static_cast<double>(live.lost.load()));
  return counts;
}

Napi::Value AwaitThreads(const Napi::CallbackInfo& info) {
  bool reached = Process::Get().live.WaitForThreads(info[0].ToNumber().Int64Value(),
                                                    info[1].ToNumber().Int64Value() * kMillisecond);
  return Napi::Boolean::New(info.Env(), reached);
}

// A Node-API module is loaded by any Node, but what is behind our use of V8 is one Node's alone.
bool IsForThisNode(Napi::Env env) {
  return Napi::VersionManagement::GetNodeVersion(env)->major == NODE_MAJOR_VERSION;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("abi", NODE_MODULE_VERSION);
  if (!IsForThisNode(env)) return exports;
  Environment::Create(env);
  auto define = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  exports.Set("Runtime", RuntimeWrap::Define(env));
  define("setup", Setup);
  define("isJsFunction", IsJsFunction);
  define("deriveFunction", DeriveFunction);
  define("callFunctionAsync", CallFunctionAsync);
  define("callFunctionSettled", CallFunctionSettled);
  define("closeFunction", CloseFunction);
  define("abortFunction", AbortFunction);
  define("snapshotFormat", SnapshotFormat);
  define("liveCounts", CountLive);
  define("awaitThreads", AwaitThreads);
  return exports;
}

}  // namespace
}  // namespace isolet

// Not among unnamed names: MSVC exports none of those.
using isolet::Init;
NODE_API_MODULE(isolet, Init)
