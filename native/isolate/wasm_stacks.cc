#include "isolate/wasm_stacks.h"

#include <vector>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// What V8 maps for each (--stack-size is its size, 984 KiB).
constexpr MemoryCost kStack{1 << 20, 1};

constexpr char kRefused[] = "WebAssembly.promising(): could not allocate a stack";

// A function that WebAssembly.promising made; it is this one's data.
void CallPromising(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  RuntimeThread& thread = RuntimeThread::Of(isolate);
  WasmStacks& stacks = thread.wasm_stacks();
  if (!stacks.Claim()) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kRefused)));
    return;
  }
  std::vector<v8::Local<v8::Value>> arguments;
  arguments.reserve(static_cast<size_t>(info.Length()));
  for (int i = 0; i < info.Length(); ++i) arguments.push_back(info[i]);
  v8::Local<v8::Value> result;
  if (!info.Data()
           .As<v8::Function>()
           ->Call(thread.realm().context(), info.This(), info.Length(), arguments.data())
           .ToLocal(&result) ||
      !result->IsPromise()) {
    return stacks.Refund();
  }
  stacks.Add(result.As<v8::Promise>());
  info.GetReturnValue().Set(result);
}

// WebAssembly.promising(function)
void MakePromising(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const IntrinsicOverrides::Call call(info);
  v8::Local<v8::Value> made;
  if (!call.Forward(call.arguments()).ToLocal(&made) || !made->IsFunction()) return;
  v8::Local<v8::Value> length;
  v8::Local<v8::Function> charged;
  if (!made.As<v8::Object>()
           ->Get(call.context(), Literal(call.isolate(), "length"))
           .ToLocal(&length) ||
      !v8::Function::New(call.context(), CallPromising, made,
                         length->Int32Value(call.context()).FromMaybe(0),
                         v8::ConstructorBehavior::kThrow)
           .ToLocal(&charged)) {
    return;
  }
  v8::Local<v8::Value> name = made.As<v8::Function>()->GetName();
  if (name->IsString()) charged->SetName(name.As<v8::String>());
  call.Return(charged);
}

}  // namespace

WasmStacks::WasmStacks(v8::Isolate* isolate, MemoryCharges& charges)
    : isolate_(isolate), charges_(charges) {
  isolate_->AddGCEpilogueCallback(AfterCollection, this);
}

WasmStacks::~WasmStacks() { isolate_->RemoveGCEpilogueCallback(AfterCollection, this); }

void WasmStacks::AfterCollection(v8::Isolate* isolate, v8::GCType, v8::GCCallbackFlags,
                                 void* data) {
  v8::HandleScope handles(isolate);
  static_cast<WasmStacks*>(data)->ReleaseSettled();
}

bool WasmStacks::Claim() {
  if (charges_.TryClaim(kStack)) return true;
  ReleaseSettled();
  return charges_.Claim(kStack);
}

void WasmStacks::Refund() { charges_.Refund(kStack); }

void WasmStacks::Add(v8::Local<v8::Promise> result) {
  const uint64_t charge = charges_.Track(result, kStack);
  stacks_.push_back({v8::Global<v8::Promise>(isolate_, result), charge});
  stacks_.back().result.SetWeak();
}

void WasmStacks::ReleaseSettled() {
  std::erase_if(stacks_, [this](const Stack& stack) {
    v8::Local<v8::Promise> result = stack.result.Get(isolate_);
    // Collected: its charge goes with it.
    if (result.IsEmpty()) return true;
    if (result->State() == v8::Promise::kPending) return false;
    charges_.Release(stack.charge);
    return true;
  });
}

void ChargeWasmStacks(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object) {
  overrides.Method(namespace_object, "promising", MakePromising);
}

void ListWasmStacks(ExternalReferences& references) {
  references.Add(MakePromising);
  references.Add(CallPromising);
}

}  // namespace isolet
