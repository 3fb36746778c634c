// The host's functions and errors that a plugin holds, and the plugin's calls of
// those functions.
//
// Thread: host.
// Owner: HostRuntime.
#pragma once

#include <v8.h>

#include <cstdint>

#include "shared/id_map.h"
#include "shared/message.h"

namespace isolet {

class HostRuntime;

class HostObjects {
 public:
  explicit HostObjects(HostRuntime& runtime) : runtime_(runtime) {}

  uint64_t Add(v8::Local<v8::Value> value, v8::Local<v8::Value> receiver);
  v8::MaybeLocal<v8::Value> FindValue(uint64_t id);
  void Release(uint64_t id) { objects_.Remove(id); }
  void ReleaseAll() { objects_.Clear(); }

  // Calls the function that the plugin asks for, and answers. False: JavaScript
  // of this environment is being terminated.
  bool ServeCall(Message& call);

 private:
  struct Held {
    v8::Global<v8::Value> value;
    v8::Global<v8::Value> receiver;
  };

  v8::MaybeLocal<v8::Value> Invoke(Message& call);
  // A promise that stands for `result`, or empty if it is none.
  v8::MaybeLocal<v8::Promise> PromiseOf(v8::Local<v8::Value> result);
  void AnswerLater(v8::Local<v8::Promise> promise, Message* reply);
  void EncodeResult(v8::Local<v8::Value> result, Message* message);
  void EncodeThrown(v8::Local<v8::Value> thrown, Message* message, uint64_t* host_error);
  void SettlePromise(uint64_t promise, v8::Local<v8::Value> value, Status status);
  static void OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void OnSettled(const v8::FunctionCallbackInfo<v8::Value>& info, Status status);

  HostRuntime& runtime_;
  IdMap<Held> objects_;
  uint64_t last_promise_ = 0;
};

}  // namespace isolet
