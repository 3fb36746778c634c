// What the plugin throws or rejects and nobody handles: counted, and told to the host if it
// wants to know.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <vector>

#include "shared/failure.h"

namespace isolet {

class RuntimeThread;

class UnhandledErrors {
 public:
  explicit UnhandledErrors(RuntimeThread& thread);
  ~UnhandledErrors();
  UnhandledErrors(const UnhandledErrors&) = delete;
  UnhandledErrors& operator=(const UnhandledErrors&) = delete;

  // At the end of a turn, when no code of the plugin's is on the stack and its microtasks
  // have run: what still nobody handles is unhandled. Within a CallScope, as errors are read.
  void EndOfTurn();
  // Of work in the background that was stopped.
  void Tell(Failure failure);

 private:
  static void OnRejection(v8::PromiseRejectMessage message);
  static void OnUncaught(v8::Local<v8::Message> message, v8::Local<v8::Value> exception);
  void Note(v8::Local<v8::Promise> promise);
  // False: the turn was stopped.
  bool Report(v8::Local<v8::Value> exception, v8::Local<v8::Message> message);
  // Returns whether the host is to be told.
  bool Count();
  void Post(Failure failure);

  RuntimeThread& thread_;
  // Rejected in this turn, when they had no handler yet.
  std::vector<v8::Global<v8::Promise>> rejected_;
};

}  // namespace isolet
