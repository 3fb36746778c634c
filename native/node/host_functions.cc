#include "node/host_functions.h"

#include <memory>
#include <utility>

#include "node/environment.h"
#include "node/host_runtime.h"
#include "node/js_function.h"

namespace isolet {

void HostFunctions::Withdraw(uint64_t id) { runtime_.objects().Release(id); }

bool HostFunctions::Export(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver,
                           FunctionName* name, Refusal* refusal) {
  JsFunction* handle = JsFunction::Find(runtime_.environment(), function);
  if (handle == nullptr) {
    *name = {WireTag::kFunction, runtime_.objects().Add(function, receiver)};
    return true;
  }
  if (&handle->remote->runtime() != &runtime_) {
    *refusal = {FailureKind::kInvalidArgument, "a function of another runtime can't cross"};
    return false;
  }
  if (handle->remote->closed()) {
    *refusal = {FailureKind::kClosed, "a closed function handle"};
    return false;
  }
  *name = {WireTag::kOwnFunction, handle->remote->id()};
  return true;
}

v8::MaybeLocal<v8::Value> HostFunctions::Import(FunctionName name) {
  if (name.tag == WireTag::kOwnFunction) return runtime_.objects().FindValue(name.id);
  v8::Local<v8::Function> function;
  auto remote = std::make_shared<RemoteFunction>(runtime_.shared_from_this(), name.id);
  if (!JsFunction::Create(runtime_.environment(), std::move(remote), runtime_.limits().call, {})
           .ToLocal(&function)) {
    return {};
  }
  return function;
}

}  // namespace isolet
