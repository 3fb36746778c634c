#include "isolate/intrinsics_record.h"

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Not Intl and streams, which are made when they are first used. Nothing of the realm's is called
// later that a script could have patched.
constexpr char kSource[] = R"((function () {
  'use strict';
  const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Reflect;
  const names = [], values = [], objects = [], keys = [], seen = new Set([globalThis]);
  // Of this V8 or a later one, if they are not there yet.
  const late = ['WebAssembly', 'SharedArrayBuffer', 'Float16Array', 'Iterator', 'Temporal', 'DisposableStack',
                'AsyncDisposableStack', 'SuppressedError'].filter((name) => !(name in globalThis));
  const add = (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    objects.push(value);
  };
  for (const name of ownKeys(globalThis)) {
    if (typeof name !== 'string' || !/^[A-Z]/.test(name) || /^Intl$|Stream|Strategy$/.test(name)) continue;
    const { value } = getOwnPropertyDescriptor(globalThis, name);
    names.push(name);
    values.push(value);
    add(value);
  }
  const prototypeOf = (value) => getOwnPropertyDescriptor(value, 'prototype')?.value;
  for (const value of values) if (typeof value === 'function') add(prototypeOf(value));
  // What no name leads to.
  for (const made of [async function* () {}, [].values()]) {
    for (let at = prototypeOf(made) ?? made; at !== null; at = getPrototypeOf(at)) add(at);
  }
  for (const object of objects) keys.push(ownKeys(object));
  return () => {
    if (!isExtensible(globalThis)) return false;
    for (let i = 0; i < late.length; i++) {
      if (getOwnPropertyDescriptor(globalThis, late[i]) !== undefined) return false;
    }
    for (let i = 0; i < names.length; i++) {
      const found = getOwnPropertyDescriptor(globalThis, names[i]);
      if (found === undefined || ownKeys(found)[0] !== 'value' ||
          (found.value !== values[i] && values[i] === values[i])) {
        return false;
      }
    }
    for (let i = 0; i < objects.length; i++) {
      const now = ownKeys(objects[i]);
      if (!isExtensible(objects[i]) || now.length !== keys[i].length) return false;
      for (let k = 0; k < now.length; k++) if (now[k] !== keys[i][k]) return false;
    }
    return true;
  };
})())";

}  // namespace

void IntrinsicsRecord::Take(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  v8::HandleScope handles(isolate);
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> compare;
  if (v8::Script::Compile(context, Literal(isolate, kSource)).ToLocal(&script) &&
      script->Run(context).ToLocal(&compare) && compare->IsFunction()) {
    compare_.Reset(isolate, compare.As<v8::Function>());
  }
}

bool IntrinsicsRecord::AreUntouched(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  if (compare_.IsEmpty()) return false;
  v8::HandleScope handles(isolate);
  const v8::Local<v8::Function> compare = compare_.Get(isolate);
  compare_.Reset();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> result;
  const bool is_told = compare->Call(context, v8::Undefined(isolate), 0, nullptr).ToLocal(&result);
  // V8 forgets that code is to end with the frame that has caught it.
  if (try_catch.HasTerminated()) isolate->TerminateExecution();
  return is_told && result->IsTrue();
}

}  // namespace isolet
