#include "isolate/wasm_memories.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/wasm_source.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// Machine code for each byte of a module, both compilers together, generously.
constexpr uint64_t kCodePerByte = 8;
// What an empty module takes: 4,600 to 11,300.
constexpr uint64_t kModule = 10 << 10;

constexpr char kMemoryRefused[] = "WebAssembly.Memory(): could not allocate memory";
constexpr char kInstanceRefused[] = "WebAssembly.Instance(): Out of memory";
uint64_t CodeOf(const BoundedModule& module) {
  return kModule + (module.bytes.size() * kCodePerByte);
}

// What an asynchronous call has claimed, until its promise settles.
struct Claims {
  RuntimeThread& thread;
  uint64_t code;
  uint64_t memory;

  void Refund() const { thread.charges().Refund(code + memory); }
};

v8::Local<v8::Value> Own(v8::Local<v8::Context> context, v8::Local<v8::Value> object,
                         const char* name) {
  v8::Local<v8::Value> value;
  if (!object.As<v8::Object>()
           ->GetRealNamedProperty(context, Literal(v8::Isolate::GetCurrent(), name))
           .ToLocal(&value)) {
    return object;
  }
  return value;
}

void OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  std::unique_ptr<Claims> claims(static_cast<Claims*>(info.Data().As<v8::External>()->Value()));
  v8::Local<v8::Context> context = claims->thread.realm().context();
  info.GetReturnValue().Set(info[0]);
  if (!info[0]->IsObject()) return claims->Refund();
  // Instantiating bytes gives { module, instance }, all else the object itself.
  if (claims->code != 0) {
    claims->thread.charges().Track(Own(context, info[0], "module").As<v8::Object>(), claims->code);
  }
  if (claims->memory != 0) {
    claims->thread.charges().Track(Own(context, info[0], "instance").As<v8::Object>(),
                                   claims->memory);
  }
}

void OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info) {
  std::unique_ptr<Claims> claims(static_cast<Claims*>(info.Data().As<v8::External>()->Value()));
  claims->Refund();
  info.GetIsolate()->ThrowException(info[0]);
}

void ReturnRejection(const Call& call, v8::TryCatch& try_catch) {
  v8::Local<v8::Promise::Resolver> resolver;
  if (!try_catch.HasCaught() || try_catch.HasTerminated() ||
      !v8::Promise::Resolver::New(call.context()).ToLocal(&resolver)) {
    try_catch.ReThrow();
    return;
  }
  resolver->Reject(call.context(), try_catch.Exception()).FromMaybe(false);
  call.Return(resolver->GetPromise());
}

// Claims, calls the original with `source` in the place of the first argument, and
// sees to it that what was claimed goes with what comes out of the promise.
void ForwardAsync(const Call& call, v8::TryCatch& try_catch, v8::Local<v8::Value> source,
                  uint64_t code, uint64_t memory) {
  v8::Isolate* isolate = call.isolate();
  v8::Local<v8::Context> context = call.context();
  if (memory == UINT64_MAX || !call.thread().charges().Claim(code + memory)) {
    call.ThrowRangeError(memory == 0 ? kModuleRefused : kInstanceRefused);
    return ReturnRejection(call, try_catch);
  }
  auto claims = std::make_unique<Claims>(Claims{call.thread(), code, memory});
  v8::Local<v8::External> data = v8::External::New(isolate, claims.get());
  v8::Local<v8::Value> promise;
  v8::Local<v8::Promise> derived;
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  if (!v8::Function::New(context, OnFulfilled, data).ToLocal(&fulfilled) ||
      !v8::Function::New(context, OnRejected, data).ToLocal(&rejected) ||
      !call.Forward({source, call[1], call[2]}).ToLocal(&promise) || !promise->IsPromise() ||
      !promise.As<v8::Promise>()->Then(context, fulfilled, rejected).ToLocal(&derived)) {
    claims->Refund();
    try_catch.ReThrow();
    return;
  }
  static_cast<void>(claims.release());
  call.Return(derived);
}

// new WebAssembly.Module(bytes)
void ConstructModule(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!IsWasmSource(call[0])) return call.PassOn();
  std::optional<BoundedModule> module = ReadModule(call.thread(), call[0]);
  if (!module.has_value()) return;
  const uint64_t code = CodeOf(*module);
  v8::Local<v8::Value> source = BufferOf(call.isolate(), *std::move(module));
  call.ForwardCharged({source, call[1]}, code, kModuleRefused);
}

// new WebAssembly.Instance(module, imports)
void ConstructInstance(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!call[0]->IsWasmModuleObject()) return call.PassOn();
  const uint64_t memory = BytesOfInstance(call.thread(), call[0].As<v8::WasmModuleObject>());
  if (memory == 0) return call.PassOn();
  call.ForwardCharged({call[0], call[1]}, memory, kInstanceRefused);
}

// A property of a memory's descriptor, read once and converted to what it is for. True
// with `value` undefined where it is absent.
bool ReadDescriptor(const Call& call, v8::Local<v8::Object> descriptor, const char* name,
                    v8::Local<v8::Value>* value) {
  v8::Isolate* isolate = call.isolate();
  if (!descriptor->Get(call.context(), Literal(isolate, name)).ToLocal(value)) return false;
  if (!(*value)->IsObject()) return true;
  double number = 0;
  if (!(*value)->NumberValue(call.context()).To(&number)) return false;
  *value = v8::Number::New(isolate, number);
  return true;
}

uint64_t PagesIn(v8::Local<v8::Value> value) {
  if (value->IsBigInt()) return value.As<v8::BigInt>()->Uint64Value();
  if (!value->IsNumber()) return 0;
  const double pages = value.As<v8::Number>()->Value();
  return pages > 0 ? static_cast<uint64_t>(std::min(pages, 4294967296.0)) : 0;
}

// new WebAssembly.Memory({ initial, maximum, shared })
void ConstructMemory(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!call[0]->IsObject()) return call.PassOn();
  v8::Isolate* isolate = call.isolate();
  auto given = call[0].As<v8::Object>();
  v8::Local<v8::Object> descriptor = v8::Object::New(isolate);
  auto set = [&](const char* name, v8::Local<v8::Value> value) {
    descriptor->CreateDataProperty(call.context(), Literal(isolate, name), value).FromMaybe(false);
  };
  uint64_t initial = 0;
  uint64_t maximum = UINT64_MAX;
  bool is_wide = false;
  for (const char* name : {"initial", "minimum", "maximum", "shared", "address", "index"}) {
    v8::Local<v8::Value> value;
    if (!ReadDescriptor(call, given, name, &value)) return;
    if (value->IsUndefined()) continue;
    set(name, value);
    const std::string_view what = name;
    if (what == "initial" || what == "minimum") initial = std::max(initial, PagesIn(value));
    if (what == "maximum") maximum = PagesIn(value);
    is_wide = is_wide || value->IsBigInt();
  }
  const uint64_t most = std::max(initial, MostPages(call.thread()));
  if (maximum > most) {
    maximum = most;
    set("maximum", is_wide ? v8::BigInt::NewFromUnsigned(isolate, most).As<v8::Value>()
                           : v8::Number::New(isolate, static_cast<double>(most)).As<v8::Value>());
  }
  const uint64_t bytes = std::min(maximum, uint64_t{1} << 40) * kWasmPageSize;
  call.ForwardCharged({descriptor}, bytes, kMemoryRefused);
}

// WebAssembly.compile(bytes)
void Compile(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!IsWasmSource(call[0])) return call.PassOn();
  v8::TryCatch try_catch(call.isolate());
  std::optional<BoundedModule> module = ReadModule(call.thread(), call[0]);
  if (!module.has_value()) return ReturnRejection(call, try_catch);
  const uint64_t code = CodeOf(*module);
  ForwardAsync(call, try_catch, BufferOf(call.isolate(), *std::move(module)), code, 0);
}

// WebAssembly.instantiate(bytes or module, imports)
void Instantiate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  const bool is_module = call[0]->IsWasmModuleObject();
  if (!is_module && !IsWasmSource(call[0])) return call.PassOn();
  v8::TryCatch try_catch(call.isolate());
  if (is_module) {
    const uint64_t memory = BytesOfInstance(call.thread(), call[0].As<v8::WasmModuleObject>());
    return ForwardAsync(call, try_catch, call[0], 0, memory);
  }
  std::optional<BoundedModule> module = ReadModule(call.thread(), call[0]);
  if (!module.has_value()) return ReturnRejection(call, try_catch);
  const uint64_t code = CodeOf(*module);
  const uint64_t memory = module->pages * kWasmPageSize;
  ForwardAsync(call, try_catch, BufferOf(call.isolate(), *std::move(module)), code, memory);
}

}  // namespace

void MeterWebAssembly(RuntimeThread& thread, IntrinsicOverrides& overrides) {
  v8::Isolate* isolate = thread.isolate();
  v8::Local<v8::Context> context = thread.realm().context();
  v8::Local<v8::Value> found =
      context->Global()->Get(context, Literal(isolate, "WebAssembly")).ToLocalChecked();
  // --disallow-code-generation and --jitless leave it out.
  if (!found->IsObject()) return;
  v8::Local<v8::Object> namespace_object = found.As<v8::Object>();
  overrides.Constructor(namespace_object, "Module", ConstructModule);
  overrides.Constructor(namespace_object, "Instance", ConstructInstance);
  overrides.Constructor(namespace_object, "Memory", ConstructMemory);
  overrides.Method(namespace_object, "compile", Compile);
  overrides.Method(namespace_object, "instantiate", Instantiate);
}

}  // namespace isolet
