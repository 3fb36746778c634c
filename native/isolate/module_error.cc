#include "isolate/module_error.h"

#include <string>

#include "isolate/realm.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Of a specifier in a message.
constexpr int kMostShown = 200;

v8::Local<v8::Private> Mark(v8::Isolate* isolate) {
  return v8::Private::ForApi(isolate, Literal(isolate, "isolet:module-error"));
}

std::string Quoted(v8::Isolate* isolate, v8::Local<v8::String> text) {
  const bool is_long = text->Length() > kMostShown;
  std::string shown = ToUtf8(isolate, is_long ? Beginning(isolate, text, kMostShown) : text);
  if (is_long) shown += "…";
  shown.insert(0, 1, '"');
  shown += '"';
  return shown;
}

std::string MessageOf(v8::Isolate* isolate, ModuleProblem problem, v8::Local<v8::String> specifier,
                      v8::Local<v8::String> referrer) {
  std::string message;
  switch (problem) {
    case ModuleProblem::kNotFound:
      message = "cannot find module ";
      break;
    case ModuleProblem::kResolverFailed:
      message = "the resolver failed for module ";
      break;
    case ModuleProblem::kLoaderFailed:
      message = "the loader failed for module ";
      break;
  }
  message += Quoted(isolate, specifier);
  if (referrer->Length() > 0) message += ", imported from " + Quoted(isolate, referrer);
  return message;
}

}  // namespace

v8::Local<v8::Object> NewModuleError(const Realm& realm, ModuleProblem problem,
                                     v8::Local<v8::String> specifier,
                                     v8::Local<v8::String> referrer, v8::Local<v8::Value> cause) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  v8::Local<v8::Object> error =
      realm.NewError("ModuleError", MessageOf(isolate, problem, specifier, referrer));
  auto define = [&](const char* name, v8::Local<v8::Value> value, v8::PropertyAttribute how) {
    error->DefineOwnProperty(context, Literal(isolate, name), value, how).FromMaybe(false);
  };
  define("specifier", specifier, v8::None);
  define("referrer", referrer, v8::None);
  v8::Local<v8::Value> facts[] = {specifier, referrer,
                                  cause.IsEmpty() ? v8::Undefined(isolate).As<v8::Value>() : cause};
  error->SetPrivate(context, Mark(isolate), v8::Array::New(isolate, facts, 3)).FromMaybe(false);
  return error;
}

bool DescribeModuleError(const Realm& realm, v8::Local<v8::Object> error, Failure* failure,
                         v8::Local<v8::Value>* cause) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  v8::Local<v8::Value> mark;
  if (!error->GetPrivate(context, Mark(isolate)).ToLocal(&mark) || !mark->IsArray()) return false;
  v8::Local<v8::Array> facts = mark.As<v8::Array>();
  v8::Local<v8::Value> specifier;
  v8::Local<v8::Value> referrer;
  if (!facts->Get(context, 0).ToLocal(&specifier) || !facts->Get(context, 1).ToLocal(&referrer) ||
      !facts->Get(context, 2).ToLocal(cause)) {
    return false;
  }
  failure->kind = FailureKind::kModule;
  failure->path = ToUtf8(isolate, specifier.As<v8::String>());
  failure->text = ToUtf8(isolate, referrer.As<v8::String>());
  return true;
}

}  // namespace isolet
