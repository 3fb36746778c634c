#include "isolate/wasm_stacks.h"

#include <algorithm>
#include <vector>

#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// What V8 maps for each (--stack-size is its size, 984 KiB).
constexpr MemoryCost kStack{1 << 20, 1};
constexpr size_t kFewStacks = 8;

constexpr char kRefused[] = "WebAssembly.promising(): could not allocate a stack";

// A function that WebAssembly.promising made; it is this one's data.
void CallPromising(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  RuntimeThread& thread = RuntimeThread::Of(isolate);
  MemoryCharges& charges = thread.charges();
  thread.wasm_stacks().ReleaseSettled(isolate, charges);
  if (!charges.Claim(kStack)) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kRefused)));
    return;
  }
  std::vector<v8::Local<v8::Value>> arguments;
  for (int i = 0; i < info.Length(); ++i) arguments.push_back(info[i]);
  v8::Local<v8::Value> result;
  if (!info.Data()
           .As<v8::Function>()
           ->Call(thread.realm().context(), info.This(), info.Length(), arguments.data())
           .ToLocal(&result) ||
      !result->IsPromise()) {
    return charges.Refund(kStack);
  }
  charges.Track(result.As<v8::Object>(), kStack);
  thread.wasm_stacks().Add(isolate, result.As<v8::Promise>());
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

void WasmStacks::Add(v8::Isolate* isolate, v8::Local<v8::Promise> result) {
  results_.emplace_back(isolate, result).SetWeak();
}

void WasmStacks::ReleaseSettled(v8::Isolate* isolate, MemoryCharges& charges) {
  if (results_.size() < look_at_) return;
  auto has_ended = [&](const v8::Global<v8::Promise>& weak) {
    v8::Local<v8::Promise> result = weak.Get(isolate);
    // Collected: its charge went with it.
    if (result.IsEmpty()) return true;
    if (result->State() == v8::Promise::kPending) return false;
    charges.Release(result);
    return true;
  };
  results_.erase(std::remove_if(results_.begin(), results_.end(), has_ended), results_.end());
  look_at_ = std::max(kFewStacks, results_.size() * 2);
}

void ChargeWasmStacks(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object) {
  overrides.Method(namespace_object, "promising", MakePromising);
}

}  // namespace isolet
