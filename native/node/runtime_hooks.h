// Functions of the host's that are told what becomes of a runtime: that it has started, that a
// rejection of the plugin's goes unhandled, that its streams end with it.
//
// Thread: host.
// Owner: HostRuntime.
#pragma once

#include <v8.h>

#include "shared/failure.h"

namespace isolet {

class HostRuntime;

class RuntimeHooks {
 public:
  explicit RuntimeHooks(HostRuntime& runtime) : runtime_(runtime) {}

  // What is no function is none.
  void SetUnhandled(v8::Local<v8::Value> callback);
  // The runtime has ended: the host hears no more of it, and what it listens with may lead back
  // here.
  void ForgetUnhandled() { on_unhandled_.Reset(); }
  // Called once: the runtime serves, or it has ended. Keeps no event loop alive.
  void SetStarted(v8::Local<v8::Function> callback);

  void TellUnhandled(const Failure& failure);
  void TellStarted();
  void EndStreams(const Failure& reason);

  // What lib/ keeps of this runtime's streams, an object of its own making; empty at first.
  v8::Local<v8::Object> stream_counts();
  bool has_streams() const { return !stream_counts_.IsEmpty(); }

 private:
  void Call(v8::Local<v8::Function> hook, int count, v8::Local<v8::Value>* arguments);

  HostRuntime& runtime_;
  v8::Global<v8::Function> on_unhandled_;
  v8::Global<v8::Function> on_started_;
  v8::Global<v8::Object> stream_counts_;
};

}  // namespace isolet
