#include "isolate/realm.h"

#include <string>

#include "isolate/snapshot_handles.h"
#include "isolate/v8_prototypes.h"
#include "isolate/v8_strings.h"

namespace isolet {

v8::Local<v8::Object> PrototypeOf(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                  std::string_view class_name) {
  v8::Local<v8::Value> constructor =
      context->Global()->Get(context, Literal(isolate, class_name)).ToLocalChecked();
  return constructor.As<v8::Object>()
      ->Get(context, Literal(isolate, "prototype"))
      .ToLocalChecked()
      .As<v8::Object>();
}

Realm::Realm(v8::Isolate* isolate, v8::Local<v8::Context> context)
    : isolate_(isolate),
      context_(isolate, context),
      object_prototype_(isolate, PrototypeOf(isolate, context, "Object")),
      error_prototype_(isolate, PrototypeOf(isolate, context, "Error")),
      eval_error_prototype_(isolate, PrototypeOf(isolate, context, "EvalError")),
      uri_error_prototype_(isolate, PrototypeOf(isolate, context, "URIError")),
      aggregate_error_prototype_(isolate, PrototypeOf(isolate, context, "AggregateError")) {}

Realm::Realm(v8::Isolate* isolate, v8::Local<v8::Context> context, SnapshotHandles& handles)
    : isolate_(isolate), context_(isolate, context) {
  Exchange(handles);
}

void Realm::Exchange(SnapshotHandles& handles) {
  shapes_.Clear();
  for (auto* prototype : {&object_prototype_, &error_prototype_, &eval_error_prototype_,
                          &uri_error_prototype_, &aggregate_error_prototype_}) {
    handles.Exchange(isolate_, *prototype);
  }
}

bool Realm::IsError(v8::Local<v8::Value> value) const {
  if (value->IsNativeError()) return true;
  if (!value->IsObject() || value->IsProxy()) return false;
  v8::Local<v8::Value> level = GetPrototype(value.As<v8::Object>());
  while (level->IsObject() && !level->IsProxy() && !IsObjectPrototype(level)) {
    if (level == error_prototype_.Get(isolate_)) return true;
    level = GetPrototype(level.As<v8::Object>());
  }
  return false;
}

v8::Local<v8::Object> Realm::NewError(v8::Local<v8::String> name,
                                      v8::Local<v8::String> message) const {
  // No built-in name is longer; a hostile one need not be copied out.
  std::string text = name->Length() <= 16 ? ToUtf8(isolate_, name) : "";
  v8::Local<v8::Value> error;
  const v8::Global<v8::Object>* prototype = nullptr;
  if (text == "TypeError") {
    error = v8::Exception::TypeError(message);
  } else if (text == "RangeError") {
    error = v8::Exception::RangeError(message);
  } else if (text == "SyntaxError") {
    error = v8::Exception::SyntaxError(message);
  } else if (text == "ReferenceError") {
    error = v8::Exception::ReferenceError(message);
  } else {
    error = v8::Exception::Error(message);
    if (text == "EvalError") prototype = &eval_error_prototype_;
    if (text == "URIError") prototype = &uri_error_prototype_;
    if (text == "AggregateError") prototype = &aggregate_error_prototype_;
    if (prototype == nullptr && text != "Error") {
      error.As<v8::Object>()
          ->DefineOwnProperty(context(), Literal(isolate_, "name"), name, v8::DontEnum)
          .FromMaybe(false);
    }
  }
  v8::Local<v8::Object> object = error.As<v8::Object>();
  if (prototype != nullptr) SetPrototype(context(), object, prototype->Get(isolate_));
  return object;
}

v8::Local<v8::Object> Realm::NewError(std::string_view name, std::string_view message) const {
  return NewError(Text(isolate_, name), Text(isolate_, message));
}

void Realm::AddFunction(v8::Local<v8::Object> holder, const char* name, int length,
                        v8::FunctionCallback callback, v8::Local<v8::Value> data) const {
  v8::Local<v8::String> key = Literal(isolate_, name);
  v8::Local<v8::Function> function =
      v8::Function::New(context(), callback, data, length, v8::ConstructorBehavior::kThrow)
          .ToLocalChecked();
  function->SetName(key);
  holder->CreateDataProperty(context(), key, function).Check();
}

}  // namespace isolet
