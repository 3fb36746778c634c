// Prototypes of objects, over two generations of V8's interface.
//
// Thread: any, always that of the object's isolate.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

namespace isolet {

// The names without V2 are deprecated in V8 13 and gone in 14.
inline v8::Local<v8::Value> GetPrototype(v8::Local<v8::Object> object) {
#if V8_MAJOR_VERSION >= 13
  return object->GetPrototypeV2();
#else
  return object->GetPrototype();
#endif
}

// False: with an exception pending, or the object is not extensible.
inline bool SetPrototype(v8::Local<v8::Context> context, v8::Local<v8::Object> object,
                         v8::Local<v8::Value> prototype) {
#if V8_MAJOR_VERSION >= 13
  return object->SetPrototypeV2(context, prototype).FromMaybe(false);
#else
  return object->SetPrototype(context, prototype).FromMaybe(false);
#endif
}

}  // namespace isolet
