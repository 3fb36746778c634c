// The native object behind lib/'s Runtime: takes arguments apart and passes them
// on. What it is given has been checked by lib/options.ts.
//
// Thread: host.
// Owner: the JavaScript object that it is wrapped in.
#pragma once

#include <napi.h>
#include <v8.h>

#include <memory>

#include "shared/message.h"
#include "shared/runtime_limits.h"

namespace isolet {

class HostRuntime;

class RuntimeWrap final : public Napi::ObjectWrap<RuntimeWrap> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit RuntimeWrap(const Napi::CallbackInfo& info);

 private:
  // A V8 function of the object's own, as it is the hot path: N-API costs more
  // than the rest of a call's way through this side.
  static void Eval(const v8::FunctionCallbackInfo<v8::Value>& info);

  Napi::Value EvalAsync(const Napi::CallbackInfo& info);
  Napi::Value Bind(const Napi::CallbackInfo& info);
  Napi::Value EvalModule(const Napi::CallbackInfo& info);
  Napi::Value EvalModuleAsync(const Napi::CallbackInfo& info);
  Napi::Value ProvideModules(const Napi::CallbackInfo& info);
  Napi::Value MethodsOf(const Napi::CallbackInfo& info);
  Napi::Value MethodsOfModule(const Napi::CallbackInfo& info);
  Napi::Value ListMethods(const Napi::CallbackInfo& info, MessageKind kind);
  Napi::Value RunScript(const Napi::CallbackInfo& info);
  Napi::Value BuildSnapshot(const Napi::CallbackInfo& info);
  Napi::Value Abort(const Napi::CallbackInfo& info);
  Napi::Value WhenStarted(const Napi::CallbackInfo& info);
  Napi::Value Stats(const Napi::CallbackInfo& info);
  Napi::Value RequireOpen(const Napi::CallbackInfo& info);
  Napi::Value IsClosed(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);
  Napi::Value Terminate(const Napi::CallbackInfo& info);

  std::shared_ptr<HostRuntime> runtime_;
};

// Milliseconds as lib/ gives them; 0 and what is no number mean none.
Nanos NanosOf(v8::Local<v8::Value> milliseconds);

}  // namespace isolet
