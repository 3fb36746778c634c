// Holds terminations back while V8 before 13 starts modules of a cycle that have waited for
// one another: it does so in a reaction of its own, in a microtask, which only its promise
// hook tells of. See ModuleStart.
//
// Thread: runtime.
// Owner: ModuleEvaluator.
#pragma once

#include <v8.h>

namespace isolet {

class RuntimeThread;

class HeldReactions {
 public:
  explicit HeldReactions(RuntimeThread& thread) : thread_(thread) {}
  HeldReactions(const HeldReactions&) = delete;
  HeldReactions& operator=(const HeldReactions&) = delete;

  // From here on, to the end of the runtime: promises are slower with the hook.
  void Watch();

 private:
  static void OnPromise(v8::PromiseHookType type, v8::Local<v8::Promise> promise,
                        v8::Local<v8::Value> parent);
  bool IsMarked(v8::Local<v8::Promise> promise) const;

  RuntimeThread& thread_;
  v8::Global<v8::Private> mark_;
};

}  // namespace isolet
