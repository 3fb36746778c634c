// What crosses how: which objects can't, and which have state that only their own
// class can read.
//
// Thread: any, always that of the value's isolate.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

namespace isolet {

// What `value` is called in a DataCloneError; null where it is none of these.
const char* UncloneableKind(v8::Local<v8::Value> value);

// Whether `value` is a built-in that crosses as itself, by its hidden state.
bool IsBuiltInWithState(v8::Local<v8::Value> value);

// Number, String, Boolean and BigInt objects; the primitive inside one.
bool IsBoxed(v8::Local<v8::Value> value);
v8::Local<v8::Value> Unbox(v8::Isolate* isolate, v8::Local<v8::Value> value);

}  // namespace isolet
