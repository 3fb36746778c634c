#include "isolate/intrinsic_overrides.h"

#include <utility>

#include "isolate/external_references.h"
#include "isolate/runtime_thread.h"
#include "isolate/snapshot_handles.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Of a fresh realm, where nothing can throw.
v8::Local<v8::Value> Member(v8::Local<v8::Context> context, v8::Local<v8::Object> object,
                            const char* name) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  return object->Get(context, Literal(isolate, name)).ToLocalChecked();
}

}  // namespace

IntrinsicOverrides::IntrinsicOverrides(RuntimeThread& thread) : thread_(thread) {
  v8::Local<v8::Context> context = thread.realm().context();
  v8::Local<v8::Object> reflect = Member(context, context->Global(), "Reflect").As<v8::Object>();
  construct_.Reset(thread.isolate(), Member(context, reflect, "construct").As<v8::Function>());
}

IntrinsicOverrides::IntrinsicOverrides(RuntimeThread& thread, SnapshotHandles& handles)
    : thread_(thread) {
  Exchange(handles);
  OverrideLate();
}

void IntrinsicOverrides::Exchange(SnapshotHandles& handles) {
  v8::Isolate* isolate = thread_.isolate();
  handles.Exchange(isolate, construct_);
  auto count = static_cast<uint32_t>(overrides_.size());
  handles.Exchange(isolate, count);
  overrides_.resize(count);
  for (Override& override : overrides_) {
    auto kind = static_cast<uint32_t>(override.kind);
    auto helpers = static_cast<uint32_t>(override.helpers.size());
    handles.Exchange(isolate, kind);
    handles.Exchange(isolate, helpers);
    handles.Exchange(isolate, override.original);
    override.kind = static_cast<Kind>(kind);
    override.helpers.resize(helpers);
    for (v8::Global<v8::Object>& helper : override.helpers) handles.Exchange(isolate, helper);
  }
  count = static_cast<uint32_t>(absent_.size());
  handles.Exchange(isolate, count);
  absent_.resize(count);
  for (Absent& absent : absent_) {
    auto form = static_cast<uint32_t>(absent.form);
    auto place = ExternalReferences::PlaceOf(absent.callback);
    handles.Exchange(isolate, form);
    handles.Exchange(isolate, place);
    handles.Exchange(isolate, absent.holder);
    handles.Exchange(isolate, absent.name);
    absent.form = static_cast<Form>(form);
    absent.callback = ExternalReferences::FunctionAt(place);
  }
}

void IntrinsicOverrides::Miss(Form form, v8::Local<v8::Object> holder, v8::Local<v8::String> name,
                              v8::FunctionCallback callback) {
  if (thread_.snapshot() == nullptr) return;
  v8::Isolate* isolate = thread_.isolate();
  absent_.push_back({form, v8::Global<v8::Object>(isolate, holder),
                     v8::Global<v8::String>(isolate, name), callback});
}

void IntrinsicOverrides::OverrideLate() {
  v8::Isolate* isolate = thread_.isolate();
  for (Absent& absent : std::exchange(absent_, {})) {
    v8::Local<v8::Object> holder = absent.holder.Get(isolate);
    v8::Local<v8::String> name = absent.name.Get(isolate);
    if (absent.form == Form::kMethod) {
      ReplaceMethod(holder, name, name, absent.callback, {});
    } else {
      ReplaceConstructor(absent.form, holder, name, absent.callback, {});
    }
  }
}

v8::Local<v8::Function> IntrinsicOverrides::Original(v8::Local<v8::Object> holder,
                                                     v8::Local<v8::Name> name) const {
  // Its own: what it inherits may be the plugin's by the time that Intl is looked at.
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::Value> value;
  if (!holder->HasOwnProperty(context, name).FromMaybe(false) ||
      !holder->Get(context, name).ToLocal(&value) || !value->IsFunction()) {
    return {};
  }
  return value.As<v8::Function>();
}

v8::Local<v8::Function> IntrinsicOverrides::Replacement(
    Kind kind, v8::Local<v8::Function> original, v8::FunctionCallback callback,
    std::initializer_list<v8::Local<v8::Object>> helpers) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  overrides_.push_back({kind, v8::Global<v8::Function>(isolate, original), {}});
  for (v8::Local<v8::Object> helper : helpers) {
    overrides_.back().helpers.emplace_back(isolate, helper);
  }
  const int length = Member(context, original, "length")->Int32Value(context).FromMaybe(0);
  auto number = static_cast<uint32_t>(overrides_.size() - 1);
  return v8::Function::New(context, callback, v8::Integer::NewFromUnsigned(isolate, number), length,
                           v8::ConstructorBehavior::kThrow)
      .ToLocalChecked();
}

void IntrinsicOverrides::Replace(v8::Local<v8::Object> holder, v8::Local<v8::Name> name,
                                 v8::Local<v8::Value> replacement) const {
  v8::Local<v8::Context> context = thread_.realm().context();
  const v8::PropertyAttribute attributes =
      holder->GetPropertyAttributes(context, name).FromMaybe(v8::DontEnum);
  holder->DefineOwnProperty(context, name, replacement, attributes).Check();
}

void IntrinsicOverrides::Method(v8::Local<v8::Object> holder, const char* name,
                                v8::FunctionCallback callback,
                                std::initializer_list<v8::Local<v8::Object>> helpers) {
  v8::Local<v8::String> key = Literal(thread_.isolate(), name);
  ReplaceMethod(holder, key, key, callback, helpers);
}

void IntrinsicOverrides::Iterator(v8::Local<v8::Object> holder, v8::FunctionCallback callback) {
  v8::Isolate* isolate = thread_.isolate();
  ReplaceMethod(holder, v8::Symbol::GetIterator(isolate), Literal(isolate, "[Symbol.iterator]"),
                callback, {});
}

void IntrinsicOverrides::ReplaceMethod(v8::Local<v8::Object> holder, v8::Local<v8::Name> key,
                                       v8::Local<v8::String> shown, v8::FunctionCallback callback,
                                       std::initializer_list<v8::Local<v8::Object>> helpers) {
  v8::Local<v8::Function> original = Original(holder, key);
  if (original.IsEmpty()) return Miss(Form::kMethod, holder, shown, callback);
  v8::Local<v8::Function> method = Replacement(Kind::kMethod, original, callback, helpers);
  method->SetName(shown);
  Replace(holder, key, method);
}

v8::Local<v8::Object> IntrinsicOverrides::Constructor(
    v8::Local<v8::Object> holder, const char* name, v8::FunctionCallback callback,
    std::initializer_list<v8::Local<v8::Object>> helpers) {
  return ReplaceConstructor(Form::kConstructor, holder, Literal(thread_.isolate(), name), callback,
                            helpers);
}

void IntrinsicOverrides::CallableConstructor(v8::Local<v8::Object> holder, const char* name,
                                             v8::FunctionCallback callback) {
  ReplaceConstructor(Form::kCallableConstructor, holder, Literal(thread_.isolate(), name), callback,
                     {});
}

v8::Local<v8::Object> IntrinsicOverrides::ReplaceConstructor(
    Form form, v8::Local<v8::Object> holder, v8::Local<v8::String> key,
    v8::FunctionCallback callback, std::initializer_list<v8::Local<v8::Object>> helpers) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::Function> original = Original(holder, key);
  if (original.IsEmpty()) {
    Miss(form, holder, key, callback);
    return {};
  }
  std::vector<v8::Local<v8::Name>> names;
  std::vector<v8::Local<v8::Value>> functions;
  auto trap = [&](const char* name, Kind kind) {
    names.emplace_back(Literal(isolate, name));
    functions.emplace_back(Replacement(kind, original, callback, helpers));
  };
  trap("construct", Kind::kConstruct);
  if (form == Form::kCallableConstructor) trap("apply", Kind::kCallOfConstructor);
  v8::Local<v8::Object> handler =
      v8::Object::New(isolate, v8::Null(isolate), names.data(), functions.data(), names.size());
  v8::Local<v8::Proxy> proxy = v8::Proxy::New(context, original, handler).ToLocalChecked();
  Replace(Member(context, original, "prototype").As<v8::Object>(), Literal(isolate, "constructor"),
          proxy);
  Replace(holder, key, proxy);
  return proxy;
}

// A trap gets its target, the arguments as an array that V8 has just made, and
// `new.target`; that of a call `this` before the array.
IntrinsicOverrides::Call::Call(const v8::FunctionCallbackInfo<v8::Value>& info)
    : info_(info),
      thread_(RuntimeThread::Of(info.GetIsolate())),
      override_(thread_.overrides().overrides_[info.Data().As<v8::Uint32>()->Value()]) {
  if (override_.kind == Kind::kMethod) {
    for (int i = 0; i < info.Length(); ++i) arguments_.push_back(info[i]);
    return;
  }
  v8::Local<v8::Array> list = info[override_.kind == Kind::kConstruct ? 1 : 2].As<v8::Array>();
  for (uint32_t i = 0; i < list->Length(); ++i) {
    v8::Local<v8::Value> argument;
    if (!list->Get(context(), i).ToLocal(&argument)) return;
    arguments_.push_back(argument);
  }
}

v8::Local<v8::Context> IntrinsicOverrides::Call::context() const {
  return thread().realm().context();
}

v8::Local<v8::Value> IntrinsicOverrides::Call::operator[](size_t index) const {
  if (index < arguments_.size()) return arguments_[index];
  return v8::Undefined(isolate());
}

v8::MaybeLocal<v8::Value> IntrinsicOverrides::Call::Forward(
    std::vector<v8::Local<v8::Value>> arguments) const {
  v8::Local<v8::Function> original = override_.original.Get(isolate());
  if (override_.kind == Kind::kMethod) {
    return original->Call(context(), receiver(), static_cast<int>(arguments.size()),
                          arguments.data());
  }
  v8::Local<v8::Value> target = original;
  if (override_.kind == Kind::kConstruct) target = info_[2];
  v8::Local<v8::Value> reflected[] = {
      original, v8::Array::New(isolate(), arguments.data(), arguments.size()), target};
  return thread_.overrides().construct_.Get(isolate())->Call(context(), v8::Undefined(isolate()), 3,
                                                             reflected);
}

void IntrinsicOverrides::Call::PassOn() const {
  v8::Local<v8::Value> result;
  if (Forward(arguments_).ToLocal(&result)) Return(result);
}

void IntrinsicOverrides::Call::ForwardCharged(std::vector<v8::Local<v8::Value>> arguments,
                                              MemoryCost cost, const char* refused) const {
  MemoryCharges& charges = thread().charges();
  if (!charges.Claim(cost)) return ThrowRangeError(refused);
  v8::Local<v8::Value> result;
  if (!Forward(std::move(arguments)).ToLocal(&result) || !result->IsObject()) {
    return charges.Refund(cost);
  }
  charges.Track(result.As<v8::Object>(), cost);
  Return(result);
}

void IntrinsicOverrides::Call::ThrowRangeError(const char* message) const {
  isolate()->ThrowException(v8::Exception::RangeError(Literal(isolate(), message)));
}

}  // namespace isolet
