#include "isolate/cloneability.h"

namespace isolet {

const char* UncloneableKind(v8::Local<v8::Value> value) {
  if (value->IsPromise()) return "a promise";
  if (value->IsWeakMap()) return "a WeakMap";
  if (value->IsWeakSet()) return "a WeakSet";
  if (value->IsWeakRef()) return "a WeakRef";
  if (value->IsSharedArrayBuffer()) return "a SharedArrayBuffer";
  if (value->IsGeneratorObject()) return "a generator";
  if (value->IsMapIterator() || value->IsSetIterator()) return "an iterator";
  if (value->IsSymbolObject()) return "a symbol";
  if (value->IsWasmMemoryObject()) return "a WebAssembly.Memory";
  if (value->IsWasmModuleObject()) return "a WebAssembly.Module";
  if (value->IsExternal()) return "a native pointer";
  return nullptr;
}

bool IsBuiltInWithState(v8::Local<v8::Value> value) {
  return value->IsDate() || value->IsRegExp() || value->IsMap() || value->IsSet() ||
         value->IsNativeError() || value->IsArrayBuffer() || value->IsArrayBufferView() ||
         IsBoxed(value);
}

bool IsBoxed(v8::Local<v8::Value> value) {
  return value->IsNumberObject() || value->IsStringObject() || value->IsBooleanObject() ||
         value->IsBigIntObject();
}

v8::Local<v8::Value> Unbox(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (value->IsNumberObject()) {
    return v8::Number::New(isolate, value.As<v8::NumberObject>()->ValueOf());
  }
  if (value->IsStringObject()) return value.As<v8::StringObject>()->ValueOf();
  if (value->IsBooleanObject()) {
    return v8::Boolean::New(isolate, value.As<v8::BooleanObject>()->ValueOf());
  }
  return value.As<v8::BigIntObject>()->ValueOf();
}

}  // namespace isolet
