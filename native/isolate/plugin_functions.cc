#include "isolate/plugin_functions.h"

#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {

PluginFunctions::PluginFunctions(RuntimeThread& thread)
    : thread_(thread),
      mark_(thread.isolate(),
            v8::Private::New(thread.isolate(), Literal(thread.isolate(), "isolet:host-object"))) {}

PluginFunctions::~PluginFunctions() {
  LiveCounts& live = Process::Get().live;
  live.handles.fetch_sub(static_cast<int64_t>(exported_.size() + proxied_.size()),
                         std::memory_order_relaxed);
  for (Proxied* proxied : proxied_) delete proxied;
  thread_.core().figures.open_handles.Set(0);
}

bool PluginFunctions::Export(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver,
                             FunctionName* name, Refusal*) {
  uint64_t mark = ReadMark(function);
  if (mark != 0) {
    *name = {WireTag::kOwnFunction, mark};
    return true;
  }
  *name = {WireTag::kFunction, Hold(function, receiver)};
  return true;
}

uint64_t PluginFunctions::Hold(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver) {
  v8::Isolate* isolate = thread_.isolate();
  uint64_t id = exported_.Add(
      {v8::Global<v8::Function>(isolate, function), v8::Global<v8::Value>(isolate, receiver)});
  Process::Get().live.handles.fetch_add(1, std::memory_order_relaxed);
  thread_.core().figures.open_handles.Set(exported_.size() + proxied_.size());
  return id;
}

v8::MaybeLocal<v8::Value> PluginFunctions::Import(FunctionName name) {
  v8::Isolate* isolate = thread_.isolate();
  if (name.tag == WireTag::kOwnFunction) {
    v8::Local<v8::Function> function;
    v8::Local<v8::Value> receiver;
    if (!Find(name.id, &function, &receiver)) return {};
    return function;
  }
  v8::Local<v8::Function> function;
  v8::Local<v8::Value> id = v8::Number::New(isolate, static_cast<double>(name.id));
  if (!v8::Function::New(thread_.realm().context(), HostCalls::OnCall, id, 0,
                         v8::ConstructorBehavior::kThrow)
           .ToLocal(&function)) {
    return {};
  }
  Track(function, name.id);
  return function;
}

bool PluginFunctions::OpenStream(v8::Local<v8::Object> source, StreamEnds* ends) {
  return thread_.streams().Open(source, ends);
}

v8::MaybeLocal<v8::Value> PluginFunctions::WrapStream(const StreamEnds& ends) {
  return thread_.streams().Wrap(ends);
}

std::shared_ptr<v8::BackingStore> PluginFunctions::TakeMemory(v8::Local<v8::ArrayBuffer> buffer) {
  if (!buffer->IsDetachable()) return nullptr;
  std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
  // Only a key, which none of a plugin's has, makes it throw.
  v8::TryCatch try_catch(thread_.isolate());
  return buffer->Detach({}).FromMaybe(false) ? store : nullptr;
}

bool PluginFunctions::ShouldStop() { return thread_.Stopping(); }

bool PluginFunctions::Find(uint64_t id, v8::Local<v8::Function>* function,
                           v8::Local<v8::Value>* receiver) {
  Exported* found = exported_.Find(id);
  if (found == nullptr) return false;
  *function = found->function.Get(thread_.isolate());
  *receiver = found->receiver.Get(thread_.isolate());
  return true;
}

void PluginFunctions::Release(uint64_t id) {
  if (!exported_.Remove(id)) return;
  Process::Get().live.handles.fetch_sub(1, std::memory_order_relaxed);
  thread_.core().figures.open_handles.Set(exported_.size() + proxied_.size());
}

void PluginFunctions::MarkHostError(v8::Local<v8::Object> error, uint64_t id) { Track(error, id); }

uint64_t PluginFunctions::HostErrorOf(v8::Local<v8::Value> error) const {
  return error->IsNativeError() ? ReadMark(error.As<v8::Object>()) : 0;
}

void PluginFunctions::Track(v8::Local<v8::Object> stand_in, uint64_t id) {
  v8::Isolate* isolate = thread_.isolate();
  stand_in
      ->SetPrivate(thread_.realm().context(), mark_.Get(isolate),
                   v8::Number::New(isolate, static_cast<double>(id)))
      .FromMaybe(false);
  auto* proxied = new Proxied{this, id, v8::Global<v8::Object>(isolate, stand_in)};
  proxied->stand_in.SetWeak(proxied, OnCollected, v8::WeakCallbackType::kParameter);
  proxied_.insert(proxied);
  Process::Get().live.handles.fetch_add(1, std::memory_order_relaxed);
  thread_.core().figures.open_handles.Set(exported_.size() + proxied_.size());
}

uint64_t PluginFunctions::ReadMark(v8::Local<v8::Object> object) const {
  v8::Local<v8::Value> mark;
  if (!object->GetPrivate(thread_.realm().context(), mark_.Get(thread_.isolate())).ToLocal(&mark) ||
      !mark->IsNumber()) {
    return 0;
  }
  return static_cast<uint64_t>(mark.As<v8::Number>()->Value());
}

void PluginFunctions::OnCollected(const v8::WeakCallbackInfo<Proxied>& info) {
  Proxied* proxied = info.GetParameter();
  PluginFunctions* self = proxied->owner;
  self->thread_.core().channel.ReleaseAtHost(proxied->id);
  self->proxied_.erase(proxied);
  delete proxied;
  Process::Get().live.handles.fetch_sub(1, std::memory_order_relaxed);
  self->thread_.core().figures.open_handles.Set(self->exported_.size() + self->proxied_.size());
}

}  // namespace isolet
