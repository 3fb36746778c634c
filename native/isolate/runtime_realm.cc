// The realm of a runtime: made, or out of a snapshot.
#include "isolate/code_from_strings.h"
#include "isolate/intl_objects.h"
#include "isolate/json_text.h"
#include "isolate/resizable_buffers.h"
#include "isolate/runtime_thread.h"
#include "isolate/snapshot_handles.h"
#include "isolate/v8_strings.h"
#include "isolate/wasm_memories.h"

namespace isolet {
namespace {

// Takes what V8 puts on every global object and a sandbox must not have, or that
// Node takes from its own contexts.
void TidyGlobal(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  v8::Local<v8::Object> global = context->Global();
  // V8's own console writes to the inspector that is not there.
  global->Delete(context, Literal(isolate, "console")).FromMaybe(false);
  v8::Local<v8::Value> intl;
  if (global->Get(context, Literal(isolate, "Intl")).ToLocal(&intl) && intl->IsObject()) {
    // Not in the standard; Node removes it, too (nodejs/node#14909).
    intl.As<v8::Object>()->Delete(context, Literal(isolate, "v8BreakIterator")).FromMaybe(false);
  }
}

}  // namespace

bool RuntimeThread::BeginRealm() {
  v8::Local<v8::Context> context = v8::Context::New(isolate_);
  if (context.IsEmpty()) {
    FailStart("V8 has no memory left for a context");
    return false;
  }
  context->Enter();
  if (StartupData() == nullptr) {
    MakeRealm(context);
  } else if (!RestoreRealm(context)) {
    context->Exit();
    return false;
  }
  if (core_->limits.max_heap_size != 0) BoundCodeFromStrings(*this);
  return true;
}

void RuntimeThread::MakeRealm(v8::Local<v8::Context> context) {
  TidyGlobal(isolate_, context);
  realm_.emplace(isolate_, context);
  promise_species_.emplace(*realm_);
  heap_guard_.emplace(isolate_, *core_, *allocator_);
  charges_.emplace(*this);
  wasm_stacks_.emplace(isolate_, *charges_);
  overrides_.emplace(*this);
  MeterMemory();
  streams_.emplace(*this).Install();
  if (snapshot_) snapshot_->Begin();
}

// The overrides are in place, and some of them are more than a runtime without a heap limit
// needs; they do no harm there.
bool RuntimeThread::RestoreRealm(v8::Local<v8::Context> context) {
  SnapshotHandles handles(context);
  realm_.emplace(isolate_, context, handles);
  promise_species_.emplace(*realm_, handles);
  heap_guard_.emplace(isolate_, *core_, *allocator_);
  charges_.emplace(*this);
  wasm_stacks_.emplace(isolate_, *charges_);
  overrides_.emplace(*this, handles);
  streams_.emplace(*this).Exchange(handles);
  handles.Exchange(isolate_, intl_);
  handles.Exchange(isolate_, has_wasm_);
  if (has_wasm_ == 0) has_wasm_ = MeterWebAssembly(*this, *overrides_) ? 1 : 0;
  context->AllowCodeGenerationFromStrings(true);
  if (!handles.is_sound()) FailStart("the snapshot lacks what a runtime needs");
  return handles.is_sound();
}

void RuntimeThread::Exchange(SnapshotHandles& handles) {
  realm_->Exchange(handles);
  promise_species_->Exchange(handles);
  overrides_->Exchange(handles);
  streams_->Exchange(handles);
  handles.Exchange(isolate_, intl_);
  handles.Exchange(isolate_, has_wasm_);
}

// Before anything of the plugin's runs. What the process has once is counted whether or not
// the runtime has a limit of its own.
void RuntimeThread::MeterMemory() {
  MeterResizableBuffers(*this, *overrides_);
  has_wasm_ = MeterWebAssembly(*this, *overrides_) ? 1 : 0;
  if (core_->limits.max_heap_size == 0) return;
  MeterIntl(*this);
  BoundJsonText(*this, *overrides_);
}

}  // namespace isolet
