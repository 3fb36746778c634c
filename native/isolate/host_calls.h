// Calls from the plugin to the host's functions.
//
// While the runtime's thread waits for an answer it serves the host's commands,
// so that a host function may call the same runtime again.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <unordered_map>

#include "shared/message.h"

namespace isolet {

class RuntimeThread;

class HostCalls {
 public:
  explicit HostCalls(RuntimeThread& thread) : thread_(thread) {}

  // The callback of every plugin function that stands for a host function; its
  // data is the function's id.
  static void OnCall(const v8::FunctionCallbackInfo<v8::Value>& info);

  // Makes a call and waits for its value. Empty: an exception is pending, or the bytes made no
  // sense.
  v8::MaybeLocal<v8::Value> Ask(Message&& call);
  // Lets a pending termination take effect right here: on its own it would wait
  // for the plugin's next loop or call.
  void Unwind();

  // Whether a command that the host sent while serving the host call `parent`
  // (0: none) may run inside the call that waits now: only if that is the one.
  bool Nests(uint64_t parent) const { return innermost_ != nullptr && innermost_->id == parent; }
  // Why the host call `parent` was given up, of which the host does not know yet; null:
  // it was not. A command nested in it would run on nobody's account otherwise, with no
  // deadline.
  const Failure* GivenUp(uint64_t parent) const;
  // An answer has come, for whichever of the nested calls it is.
  void TakeReply(Message& reply);
  // The call that asked for a promise of a host function's; 0: none.
  uint64_t AccountOf(uint64_t promise) const;
  // A promise that a host function returned has settled.
  void Settle(Message& settled);
  // Global handles.
  size_t handles() const { return promises_.size() + made_.size(); }

 private:
  struct Waiting {
    uint64_t id;
    size_t bytes;  // of the arguments
    Waiting* outer;
    bool answered = false;
    Message reply;
  };

  void Call(const v8::FunctionCallbackInfo<v8::Value>& info);
  // The functions that a call carries which is not sent after all.
  void Withdraw(Message& call);
  // False: the call is to be given up.
  bool Await(Waiting& waiting);
  v8::MaybeLocal<v8::Value> Deliver(Message& reply);
  // Empty: an exception is pending, or the bytes made no sense.
  v8::MaybeLocal<v8::Value> Decode(Message& message);
  // `where`: to which side the value, if it is one that can't cross, was going.
  v8::Local<v8::Object> ErrorOf(const Failure& failure, const char* where);
  void MakePromise(uint64_t id, size_t bytes);

  RuntimeThread& thread_;
  uint64_t last_id_ = 0;
  Waiting* innermost_ = nullptr;
  // By id, until the host has answered.
  std::unordered_map<uint64_t, Failure> given_up_;
  // Promises that are not delivered to the plugin yet, and those that are not
  // settled yet, by the id that the host settles them with.
  std::unordered_map<uint64_t, v8::Global<v8::Promise>> made_;
  struct Promised {
    v8::Global<v8::Promise::Resolver> resolver;
    uint64_t account;
    size_t bytes;
  };
  std::unordered_map<uint64_t, Promised> promises_;
  size_t promised_bytes_ = 0;
};

}  // namespace isolet
