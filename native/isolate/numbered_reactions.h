// Native callbacks that carry a number, and promises that call one of two of them.
//
// Thread: any, always that of the context passed.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <cstdint>

namespace isolet {

// Empty with an exception pending.
inline v8::MaybeLocal<v8::Function> NumberedFunction(v8::Local<v8::Context> context,
                                                     v8::FunctionCallback callback, uint64_t id) {
  v8::Local<v8::Value> number = v8::Number::New(v8::Isolate::GetCurrent(), static_cast<double>(id));
  return v8::Function::New(context, callback, number, 1, v8::ConstructorBehavior::kThrow);
}

inline uint64_t NumberOf(const v8::FunctionCallbackInfo<v8::Value>& info) {
  return static_cast<uint64_t>(info.Data().As<v8::Number>()->Value());
}

// False with an exception pending.
inline bool React(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise,
                  v8::FunctionCallback fulfilled, v8::FunctionCallback rejected, uint64_t id) {
  v8::Local<v8::Function> on_fulfilled;
  v8::Local<v8::Function> on_rejected;
  return NumberedFunction(context, fulfilled, id).ToLocal(&on_fulfilled) &&
         NumberedFunction(context, rejected, id).ToLocal(&on_rejected) &&
         !promise->Then(context, on_fulfilled, on_rejected).IsEmpty();
}

}  // namespace isolet
