#include "isolate/wasm_tags.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/wasm_source.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// V8 takes 1,000, and refuses one more by itself.
constexpr uint32_t kMostParameters = 1001;
// Longer names than any type has are V8's to refuse, too.
constexpr int kLongestName = 16;

v8::Local<v8::Object> Descriptor(const Call& call, v8::Local<v8::Value> parameters) {
  v8::Local<v8::Name> name[] = {Literal(call.isolate(), "parameters")};
  return v8::Object::New(call.isolate(), v8::Null(call.isolate()), name, &parameters, 1);
}

// The list as V8 would read it, once and by code of the plugin's; and a key for its type.
v8::MaybeLocal<v8::Object> ReadParameters(const Call& call, v8::Local<v8::Object> list,
                                          std::string* key) {
  v8::Isolate* isolate = call.isolate();
  std::vector<v8::Local<v8::Value>> parameters;
  v8::Local<v8::Value> length;
  uint32_t count = 0;
  if (!list->Get(call.context(), Literal(isolate, "length")).ToLocal(&length)) return {};
  // V8 says what is wrong with one that has none.
  if (length->IsUndefined()) return v8::Object::New(isolate);
  if (!length->Uint32Value(call.context()).To(&count)) return {};
  for (uint32_t i = 0; i < std::min(count, kMostParameters); ++i) {
    v8::Local<v8::Value> value;
    v8::Local<v8::String> type;
    if (!list->Get(call.context(), i).ToLocal(&value) ||
        !value->ToString(call.context()).ToLocal(&type)) {
      return {};
    }
    parameters.emplace_back(type);
    const v8::String::Utf8Value text(isolate, type->Length() <= kLongestName
                                                  ? type.As<v8::Value>()
                                                  : v8::String::Empty(isolate).As<v8::Value>());
    key->append(*text, static_cast<size_t>(text.length())).push_back(',');
  }
  return v8::Array::New(isolate, parameters.data(), parameters.size());
}

// new WebAssembly.Tag({ parameters })
void Construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!call[0]->IsObject()) return call.PassOn();
  v8::Local<v8::Value> given;
  if (!call[0]
           .As<v8::Object>()
           ->Get(call.context(), Literal(call.isolate(), "parameters"))
           .ToLocal(&given)) {
    return;
  }
  v8::Local<v8::Value> result;
  if (!given->IsObject()) {
    if (call.Forward({Descriptor(call, given)}).ToLocal(&result)) call.Return(result);
    return;
  }
  std::string key = "tag ";
  v8::Local<v8::Object> parameters;
  if (!ReadParameters(call, given.As<v8::Object>(), &key).ToLocal(&parameters)) return;
  WasmTypes::Section section;
  section.signatures.insert(std::move(key));
  if (!call.thread().charges().AdmitTypes(section)) return call.ThrowRangeError(kTooManyTypes);
  if (call.Forward({Descriptor(call, parameters)}).ToLocal(&result)) call.Return(result);
}

}  // namespace

void CountWasmTags(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object) {
  overrides.Constructor(namespace_object, "Tag", Construct);
}

void ListWasmTags(ExternalReferences& references) { references.Add(Construct); }

}  // namespace isolet
