#include "isolate/method_list.h"

#include <vector>

#include "isolate/runtime_thread.h"
#include "isolate/v8_prototypes.h"
#include "isolate/v8_strings.h"

namespace isolet {

namespace {

bool IsPlainObject(v8::Local<v8::Value> value) { return value->IsObject() && !value->IsFunction(); }

v8::MaybeLocal<v8::Value> PluginOf(const Realm& realm, v8::Local<v8::Object> exports) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  v8::Local<v8::String> name = Literal(isolate, "plugin");
  bool has_plugin = false;
  v8::Local<v8::Value> main;
  if (!exports->HasOwnProperty(context, name).To(&has_plugin)) return {};
  if (has_plugin) return exports->Get(context, name);
  if (!exports->Get(context, Literal(isolate, "default")).ToLocal(&main)) return {};
  return IsPlainObject(main) ? main : exports.As<v8::Value>();
}

}  // namespace

v8::MaybeLocal<v8::Value> ListMethods(RuntimeThread& thread, v8::Local<v8::Value> plugin) {
  v8::Isolate* isolate = thread.isolate();
  v8::Local<v8::Context> context = thread.realm().context();
  if (!IsPlainObject(plugin)) {
    return plugin->IsNull() ? Literal(isolate, "null") : plugin->TypeOf(isolate);
  }
  v8::Local<v8::Object> subject = plugin.As<v8::Object>();
  std::vector<v8::Local<v8::Value>> found;
  v8::Local<v8::Set> seen = v8::Set::New(isolate);
  v8::Local<v8::Value> level = subject;
  while (level->IsObject() && !thread.realm().IsObjectPrototype(level)) {
    v8::Local<v8::Array> names;
    if (!level.As<v8::Object>()
             ->GetOwnPropertyNames(context, v8::SKIP_SYMBOLS,
                                   v8::KeyConversionMode::kConvertToString)
             .ToLocal(&names)) {
      return {};
    }
    for (uint32_t i = 0; i < names->Length(); ++i) {
      v8::Local<v8::Value> name;
      v8::Local<v8::Value> value;
      if (thread.Stopping() || !names->Get(context, i).ToLocal(&name)) return {};
      if (seen->Has(context, name).FromMaybe(true)) continue;
      if (seen->Add(context, name).IsEmpty()) return {};
      // Every prototype has one, and it is no hook.
      if (level != subject && name->StrictEquals(Literal(isolate, "constructor"))) continue;
      if (!subject->Get(context, name).ToLocal(&value)) return {};
      found.push_back(name);
      if (value->IsFunction()) {
        uint64_t id = thread.functions().Hold(value.As<v8::Function>(), subject);
        found.emplace_back(v8::Number::New(isolate, static_cast<double>(id)));
      } else {
        found.emplace_back(value->TypeOf(isolate));
      }
    }
    level = GetPrototype(level.As<v8::Object>());
  }
  return v8::Array::New(isolate, found.data(), found.size()).As<v8::Value>();
}

void ListMethodsOfModule(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread& thread = RuntimeThread::Of(info.GetIsolate());
  v8::Local<v8::Value> plugin;
  v8::Local<v8::Value> methods;
  if (!PluginOf(thread.realm(), info[0].As<v8::Object>()).ToLocal(&plugin) ||
      !ListMethods(thread, plugin).ToLocal(&methods)) {
    return;
  }
  info.GetReturnValue().Set(methods);
}

}  // namespace isolet
