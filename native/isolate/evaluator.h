// Runs the host's commands: evaluates scripts, calls functions, defines globals,
// and answers with a value or a failure.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include "isolate/script_cache.h"
#include "shared/message.h"
#include "shared/runtime_figures.h"

namespace isolet {

class CallScope;
class RuntimeThread;

class Evaluator {
 public:
  explicit Evaluator(RuntimeThread& thread) : thread_(thread) {}

  void Evaluate(Message& command);
  void RunScript(Message& command);
  void BuildSnapshot(Message& command);
  void Call(Message& command);
  void Import(Message& command);
  void Provide(Message& command);
  void Methods(Message& command);
  void ModuleMethods(Message& command);
  void Define(Message& command);

  // Compiles and runs `source`, reporting to nobody. False with an exception
  // pending.
  bool RunScript(v8::Local<v8::String> source, const char* filename);

  // Encodes how a promise ended. False: stopped while it was being read.
  bool Encode(v8::Local<v8::Value> value, Status status, Buffers buffers, Message* answer);

 private:
  v8::MaybeLocal<v8::Script> CompileSource(Message& command);
  v8::MaybeLocal<v8::Script> FindOrCompileSource(Message& command);
  template <class Body>
  void Run(Message& command, ExecutionKind kind, Body body);
  // Encodes the value or what was thrown into `answer`; leaves it to the scope to
  // say why if the call was stopped.
  void Conclude(const Message& command, const CallScope& scope, v8::TryCatch& try_catch,
                v8::MaybeLocal<v8::Value> result, Message* answer);
  // A promise of the exports of the module that the command names.
  v8::MaybeLocal<v8::Promise> StartImport(Message& command);
  void JudgeMemory(Nanos started, Message* answer);
  bool EncodeException(v8::Local<v8::Value> exception, v8::Local<v8::Message> message,
                       Message* answer);
  // Replaces a thenable by a promise that follows it. False: stopped, or an
  // exception is pending.
  bool AdoptThenable(v8::Local<v8::Value>* value);

  RuntimeThread& thread_;
  ScriptCache scripts_;
};

}  // namespace isolet
