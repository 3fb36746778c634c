#include "isolate/wasm_memories.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/rethrow.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/wasm_jobs.h"
#include "isolate/wasm_source.h"
#include "isolate/wasm_stacks.h"
#include "isolate/wasm_tags.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// Machine code for each byte of a module, both compilers together, generously.
constexpr uint64_t kCodePerByte = 8;
// What an empty module takes: 4,600 to 11,300.
constexpr uint64_t kEmptyModule = 10 << 10;

// V8 reserves 10 GB of address space for a memory, of 128 TB that a process has.
constexpr uint64_t kReservationsOfMemory = 4;
// Its code, a mapping of its own on Node 20 and 22.
constexpr uint64_t kReservationsOfModule = 1;

constexpr char kMemoryRefused[] = "WebAssembly.Memory(): could not allocate memory";
constexpr char kInstanceRefused[] = "WebAssembly.Instance(): Out of memory";
uint64_t CodeOf(const BoundedModule& module) {
  return kEmptyModule + (module.bytes.size() * kCodePerByte) + module.code.structure_bytes;
}

// new WebAssembly.Module(bytes)
void ConstructModule(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!IsWasmSource(call[0])) return call.PassOn();
  std::optional<BoundedModule> module = ReadModule(call.thread(), call[0]);
  if (!module.has_value()) return;
  const uint64_t code = CodeOf(*module);
  v8::Local<v8::Value> source = BufferOf(call.isolate(), std::move(module->bytes));
  const RuntimeThread::EngineWork work(call.thread());
  call.ForwardCharged({source, call[1]}, {code, kReservationsOfModule}, kModuleRefused);
}

// An exported memory, or its buffer, is the instance's charge as long as it is reachable,
// so the instance is reachable from there.
void BindMemories(const Call& call, v8::Local<v8::Object> instance) {
  v8::Local<v8::Context> context = call.context();
  v8::Local<v8::Private> key =
      v8::Private::ForApi(call.isolate(), Literal(call.isolate(), "isolet:instance"));
  v8::Local<v8::Value> exports;
  v8::Local<v8::Array> names;
  if (!call.helper(0).As<v8::Function>()->Call(context, instance, 0, nullptr).ToLocal(&exports) ||
      !exports->IsObject() ||
      !exports.As<v8::Object>()->GetOwnPropertyNames(context).ToLocal(&names)) {
    return;
  }
  for (uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name;
    v8::Local<v8::Value> value;
    if (!names->Get(context, i).ToLocal(&name) ||
        !exports.As<v8::Object>()->Get(context, name).ToLocal(&value)) {
      return;
    }
    if (!value->IsWasmMemoryObject()) continue;
    v8::Local<v8::Object> memory = value.As<v8::Object>();
    // One that was imported from an instance stays that instance's.
    if (memory->HasPrivate(context, key).FromMaybe(true)) continue;
    memory->SetPrivate(context, key, instance).FromMaybe(false);
  }
}

// new WebAssembly.Instance(module, imports)
void ConstructInstance(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!call[0]->IsWasmModuleObject()) return call.PassOn();
  const auto module = ReadCompiledModule(call.thread(), call[0].As<v8::WasmModuleObject>());
  // It was bounded before V8 saw it.
  if (!module.has_value()) return call.ThrowRangeError(kInstanceRefused);
  if (module->memories == 0) {
    const RuntimeThread::EngineWork work(call.thread());
    return call.PassOn();
  }
  const MemoryCost cost{module->pages * kWasmPageSize, module->memories * kReservationsOfMemory};
  MemoryCharges& charges = call.thread().charges();
  if (!charges.Claim(cost)) return call.ThrowRangeError(kInstanceRefused);
  v8::Local<v8::Value> instance;
  const RuntimeThread::EngineWork work(call.thread());
  if (!call.Forward({call[0], call[1]}).ToLocal(&instance) || !instance->IsObject()) {
    // Where its functions may be out, so is its memory: charged for good.
    if (!module->hands_out_functions) charges.Refund(cost);
    return;
  }
  charges.Track(instance.As<v8::Object>(), cost);
  BindMemories(call, instance.As<v8::Object>());
  call.Return(instance);
}

// What a property of a memory's descriptor is converted to, once, as the original would.
enum class DescriptorKind : uint8_t { kText, kFlag, kPages };

// True with `value` undefined where the property is absent. `is_wide`: pages are BigInts.
bool ReadDescriptor(const Call& call, v8::Local<v8::Object> descriptor, const char* name,
                    DescriptorKind kind, bool is_wide, v8::Local<v8::Value>* value) {
  v8::Isolate* isolate = call.isolate();
  v8::Local<v8::Context> context = call.context();
  if (!descriptor->Get(context, Literal(isolate, name)).ToLocal(value)) return false;
  if ((*value)->IsUndefined()) return true;
  v8::Local<v8::String> text;
  v8::Local<v8::BigInt> wide;
  v8::Local<v8::Number> number;
  switch (kind) {
    case DescriptorKind::kFlag:
      *value = v8::Boolean::New(isolate, (*value)->BooleanValue(isolate));
      return true;
    case DescriptorKind::kText:
      if (!(*value)->ToString(context).ToLocal(&text)) return false;
      *value = text;
      return true;
    case DescriptorKind::kPages:
      if (is_wide) {
        if (!(*value)->ToBigInt(context).ToLocal(&wide)) return false;
        *value = wide;
      } else {
        if (!(*value)->ToNumber(context).ToLocal(&number)) return false;
        *value = number;
      }
      return true;
  }
  return false;
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
  struct Property {
    const char* name;
    DescriptorKind kind;
  };
  // How pages are given depends on the addresses: those come first.
  static constexpr Property kProperties[] = {
      {"address", DescriptorKind::kText},  {"index", DescriptorKind::kText},
      {"initial", DescriptorKind::kPages}, {"minimum", DescriptorKind::kPages},
      {"maximum", DescriptorKind::kPages}, {"shared", DescriptorKind::kFlag}};
  for (const auto& [name, kind] : kProperties) {
    v8::Local<v8::Value> value;
    if (!ReadDescriptor(call, given, name, kind, is_wide, &value)) return;
    if (value->IsUndefined()) continue;
    set(name, value);
    const std::string_view what = name;
    if (what == "initial" || what == "minimum") initial = std::max(initial, PagesIn(value));
    if (what == "maximum") maximum = PagesIn(value);
    is_wide = is_wide ||
              (value->IsString() && value.As<v8::String>()->StringEquals(Literal(isolate, "i64")));
  }
  const uint64_t bound = MostPages(call.thread());
  const uint64_t most = std::max(initial, bound);
  if (maximum > most) {
    maximum = most;
    set("maximum", is_wide ? v8::BigInt::NewFromUnsigned(isolate, most).As<v8::Value>()
                           : v8::Number::New(isolate, static_cast<double>(most)).As<v8::Value>());
  }
  const uint64_t pages = std::min(bound == kAnyPages ? initial : maximum, kAbsurdPages);
  call.ForwardCharged({descriptor}, {pages * kWasmPageSize, kReservationsOfMemory}, kMemoryRefused);
}

// WebAssembly.validate(bytes): what it reads has its types in V8's table as well.
void Validate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!IsWasmSource(call[0])) return call.PassOn();
  v8::TryCatch try_catch(call.isolate());
  std::optional<BoundedModule> module = ReadModule(call.thread(), call[0]);
  if (!module.has_value()) {
    if (try_catch.HasTerminated()) return Rethrow(call.isolate(), try_catch);
    return call.Return(v8::False(call.isolate()));
  }
  v8::Local<v8::Value> result;
  const bool is_told =
      call.Forward({BufferOf(call.isolate(), std::move(module->bytes)), call[1]}).ToLocal(&result);
  if (!is_told) return Rethrow(call.isolate(), try_catch);
  call.Return(result);
}

// The getter of `WebAssembly.Instance.prototype.exports`, of a fresh realm.
v8::Local<v8::Object> ExportsGetter(v8::Local<v8::Context> context,
                                    v8::Local<v8::Object> namespace_object) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> value = namespace_object;
  for (const char* name : {"Instance", "prototype"}) {
    value = value.As<v8::Object>()->Get(context, Literal(isolate, name)).ToLocalChecked();
  }
  v8::Local<v8::Value> descriptor =
      value.As<v8::Object>()
          ->GetOwnPropertyDescriptor(context, Literal(isolate, "exports"))
          .ToLocalChecked();
  return descriptor.As<v8::Object>()
      ->Get(context, Literal(isolate, "get"))
      .ToLocalChecked()
      .As<v8::Object>();
}

}  // namespace

bool MeterWebAssembly(RuntimeThread& thread, IntrinsicOverrides& overrides) {
  v8::Isolate* isolate = thread.isolate();
  v8::Local<v8::Context> context = thread.realm().context();
  v8::Local<v8::Value> found =
      context->Global()->Get(context, Literal(isolate, "WebAssembly")).ToLocalChecked();
  // --disallow-code-generation and --jitless leave it out.
  if (!found->IsObject()) return false;
  v8::Local<v8::Object> namespace_object = found.As<v8::Object>();
  v8::Local<v8::Object> module = overrides.Constructor(namespace_object, "Module", ConstructModule);
  v8::Local<v8::Object> instance = overrides.Constructor(
      namespace_object, "Instance", ConstructInstance, {ExportsGetter(context, namespace_object)});
  overrides.Constructor(namespace_object, "Memory", ConstructMemory);
  overrides.Method(namespace_object, "validate", Validate);
  OverrideWasmJobs(overrides, namespace_object, module, instance);
  CountWasmTags(overrides, namespace_object);
  ChargeWasmStacks(overrides, namespace_object);
  return true;
}

void ListWasmMemories(ExternalReferences& references) {
  references.Add(ConstructModule);
  references.Add(ConstructInstance);
  references.Add(ConstructMemory);
  references.Add(Validate);
}

}  // namespace isolet
