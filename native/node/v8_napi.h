// Between N-API's values and V8's: the crossing works on V8's directly, where
// N-API would add a call per value.
//
// Thread: host.
// Owner: nobody; functions.
#pragma once

#include <napi.h>
#include <v8.h>

#include <cstring>

namespace isolet {

// A napi_value is a Local in disguise (js_native_api_v8.h), on all versions that
// the addon is built for; the size is what can be checked here.
static_assert(sizeof(napi_value) == sizeof(v8::Local<v8::Value>));

inline v8::Local<v8::Value> ToV8(napi_value value) {
  v8::Local<v8::Value> local;
  std::memcpy(static_cast<void*>(&local), static_cast<const void*>(&value), sizeof local);
  return local;
}

inline Napi::Value ToNapi(napi_env env, v8::Local<v8::Value> local) {
  napi_value value;
  std::memcpy(static_cast<void*>(&value), static_cast<void*>(&local), sizeof local);
  return {env, value};
}

// The result of what may have thrown: V8's exception is pending then, and N-API
// passes an empty value on as it is.
inline Napi::Value ToNapi(napi_env env, v8::MaybeLocal<v8::Value> maybe) {
  v8::Local<v8::Value> local;
  return maybe.ToLocal(&local) ? ToNapi(env, local) : Napi::Value();
}

}  // namespace isolet
