#include "isolate/module_compiler.h"

#include <vector>

#include "isolate/v8_strings.h"

namespace isolet {

namespace {

// A line of its own for a program's loader, which may only come first.
bool HasHashbang(v8::Isolate* isolate, v8::Local<v8::String> source) {
  v8::Local<v8::String> hashbang = Literal(isolate, "#!");
  return source->Length() >= hashbang->Length() &&
         Beginning(isolate, source, hashbang->Length())->StringEquals(hashbang);
}

// Empty where it would be longer than a string can be.
v8::Local<v8::String> Surround(v8::Isolate* isolate, v8::Local<v8::String> source,
                               ModuleFrame frame) {
  if (!frame.before.empty()) {
    v8::Local<v8::String> before = Literal(isolate, frame.before);
    if (HasHashbang(isolate, source)) {
      before = v8::String::Concat(isolate, before, Literal(isolate, "//"));
    }
    source = v8::String::Concat(isolate, before, source);
  }
  if (source.IsEmpty() || frame.after.empty()) return source;
  return v8::String::Concat(isolate, source, Literal(isolate, frame.after));
}

}  // namespace

v8::MaybeLocal<v8::Module> CompileModule(const Realm& realm, v8::Local<v8::String> name,
                                         v8::Local<v8::String> source, ModuleFrame frame) {
  constexpr int kNoScriptId = -1;
  v8::ScriptOrigin origin(
#if V8_MAJOR_VERSION < 12
      realm.isolate(),
#endif
      name, 0, -static_cast<int>(frame.before.size()), false, kNoScriptId, {}, false, false,
      /*is_module=*/true);
  v8::Local<v8::String> framed = Surround(realm.isolate(), source, frame);
  if (framed.IsEmpty()) {
    realm.isolate()->ThrowException(realm.NewError("RangeError", "the module is too long"));
    return {};
  }
  v8::ScriptCompiler::Source code(framed, origin);
  return v8::ScriptCompiler::CompileModule(realm.isolate(), &code);
}

v8::Local<v8::Module> MakeDefaultModule(v8::Isolate* isolate, v8::Local<v8::String> name,
                                        v8::Module::SyntheticModuleEvaluationSteps evaluate) {
  v8::Local<v8::String> exports[] = {Literal(isolate, "default")};
#if V8_MAJOR_VERSION < 12
  return v8::Module::CreateSyntheticModule(isolate, name, {exports[0]}, evaluate);
#else
  return v8::Module::CreateSyntheticModule(
      isolate, name, v8::MemorySpan<const v8::Local<v8::String>>(exports, 1), evaluate);
#endif
}

bool ReadModuleType(const Realm& realm, v8::Local<v8::FixedArray> attributes, AttributeList list,
                    ModuleType* type) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  *type = ModuleType::kJavaScript;
  for (int i = 0; i + 1 < attributes->Length(); i += static_cast<int>(list)) {
    auto key = ItemOf(attributes, context, i).As<v8::String>();
    auto value = ItemOf(attributes, context, i + 1).As<v8::String>();
    if (!key->StringEquals(Literal(isolate, "type")) ||
        !value->StringEquals(Literal(isolate, "json"))) {
      isolate->ThrowException(
          v8::Exception::TypeError(Literal(isolate, "the only import attribute is type: 'json'")));
      return false;
    }
    *type = ModuleType::kJson;
  }
  return true;
}

v8::Local<v8::FixedArray> AttributesOf(v8::Local<v8::ModuleRequest> request) {
#if V8_MAJOR_VERSION < 12
  return request->GetImportAssertions();
#else
  return request->GetImportAttributes();
#endif
}

}  // namespace isolet
