// A plugin's function at the host: a callable handle.
//
// Thread: host.
// Owner: the V8 function that it is the data of; freed when that is collected or
// the environment ends.
#pragma once

#include <v8.h>

#include <memory>

#include "shared/message.h"
#include "shared/runtime_limits.h"

namespace isolet {

class Environment;
class HostRuntime;

// The plugin's function; JsFunctions derived from one another share it.
class RemoteFunction {
 public:
  RemoteFunction(std::shared_ptr<HostRuntime> runtime, uint64_t id);
  ~RemoteFunction() { Close(); }
  RemoteFunction(const RemoteFunction&) = delete;
  RemoteFunction& operator=(const RemoteFunction&) = delete;

  HostRuntime& runtime() const { return *runtime_; }
  const std::shared_ptr<HostRuntime>& runtime_pointer() const { return runtime_; }
  uint64_t id() const { return id_; }
  bool closed() const { return closed_; }
  void Close();

 private:
  const std::shared_ptr<HostRuntime> runtime_;
  const uint64_t id_;
  bool closed_ = false;
};

// What lib/ writes down as `Transfer`.
Buffers ArgumentBuffersOf(v8::Local<v8::Value> transfer);
Buffers ResultBuffersOf(v8::Local<v8::Value> transfer);

// How a function is called.
struct CallManner {
  CallLimits limits;
  Buffers arguments = Buffers::kCopied;
  Buffers result = Buffers::kCopied;
  bool has_receiver = false;
};

struct JsFunction {
  Environment* environment;
  std::shared_ptr<RemoteFunction> remote;
  CallManner manner;
  v8::Global<v8::Function> self;

  static v8::MaybeLocal<v8::Function> Create(Environment& environment,
                                             std::shared_ptr<RemoteFunction> remote,
                                             CallManner manner, v8::Local<v8::Value> receiver);
  // Null: not a JsFunction.
  static JsFunction* Find(Environment& environment, v8::Local<v8::Value> value);

  // What replaces the object that the function came with; empty: nothing does. The function of
  // V8's has it, so that one which leads back to the function is no reason to keep both.
  v8::Local<v8::Value> Receiver() const;

  // A promise that is still pending is an error.
  v8::MaybeLocal<v8::Value> CallSettled(v8::Local<v8::Value>* arguments, int count);
  v8::MaybeLocal<v8::Value> CallAsync(v8::Local<v8::Value>* arguments, int count,
                                      uint64_t abort_id);

 private:
  // The runtime's handles of V8's end with the last that refers to it, which the first pass of weak
  // callbacks must not touch.
  bool HoldsHandles() const { return remote->runtime_pointer().use_count() == 1; }
  // Throws and returns false where the handle or its runtime is closed, or an
  // argument can't cross.
  template <class Arguments>
  bool Prepare(Message* command, const Arguments& arguments, int count);
  static void OnCall(const v8::FunctionCallbackInfo<v8::Value>& info);
};

}  // namespace isolet
