#include "node/host_functions.h"

#include <memory>
#include <utility>

#include "node/environment.h"
#include "node/host_runtime.h"
#include "node/host_try_catch.h"
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
    *refusal = {FailureKind::kInvalidArgument,
                "a function of another runtime can't cross: wrap it in one of yours"};
    return false;
  }
  if (handle->remote->closed()) {
    *refusal = {FailureKind::kClosed, "the function"};
    return false;
  }
  *name = {WireTag::kOwnFunction, handle->remote->id()};
  return true;
}

bool HostFunctions::OpenStream(v8::Local<v8::Object> source, StreamEnds* ends) {
  const Realm& realm = runtime_.environment().realm();
  v8::Local<v8::Value> arguments[] = {runtime_.hooks().stream_counts(), source};
  v8::Local<v8::Value> opened;
  return runtime_.environment()
             .open_stream()
             ->Call(realm.context(), v8::Undefined(realm.isolate()), 2, arguments)
             .ToLocal(&opened) &&
         ends->Take(realm.context(), opened);
}

v8::MaybeLocal<v8::Value> HostFunctions::WrapStream(const StreamEnds& ends) {
  const Realm& realm = runtime_.environment().realm();
  v8::Local<v8::Value> arguments[] = {runtime_.hooks().stream_counts(), ends.pull, ends.cancel};
  return runtime_.environment().wrap_stream()->Call(realm.context(), v8::Undefined(realm.isolate()),
                                                    3, arguments);
}

// Not by V8's Detach: Node's untransferable buffers are detachable to it.
std::shared_ptr<v8::BackingStore> HostFunctions::TakeMemory(v8::Local<v8::ArrayBuffer> buffer) {
  const Realm& realm = runtime_.environment().realm();
  HostTryCatch try_catch(realm.isolate());
  v8::Local<v8::Value> arguments[] = {buffer};
  v8::Local<v8::Value> moved;
  if (!runtime_.environment()
           .move_buffer()
           ->Call(realm.context(), v8::Undefined(realm.isolate()), 1, arguments)
           .ToLocal(&moved) ||
      !moved->IsArrayBuffer()) {
    return nullptr;
  }
  v8::Local<v8::ArrayBuffer> taken = moved.As<v8::ArrayBuffer>();
  std::shared_ptr<v8::BackingStore> store = taken->GetBackingStore();
  return taken->Detach({}).FromMaybe(false) ? store : nullptr;
}

v8::MaybeLocal<v8::Value> HostFunctions::Import(FunctionName name) {
  if (name.tag == WireTag::kOwnFunction) return runtime_.objects().FindValue(name.id);
  v8::Local<v8::Function> function;
  auto remote = std::make_shared<RemoteFunction>(runtime_.shared_from_this(), name.id);
  if (!JsFunction::Create(runtime_.environment(), std::move(remote), {runtime_.limits().call}, {})
           .ToLocal(&function)) {
    return {};
  }
  return function;
}

}  // namespace isolet
