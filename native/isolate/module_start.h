// Starts the evaluation of a module with a top-level await where V8 takes for granted that
// nothing can go wrong, and ends the process where something does: it calls `then` of a
// promise as a script would (SourceTextModule::ExecuteAsyncModule in V8 11.3, 12.4 and 13.6;
// 14.6 does not). So
// - the class of that promise must be found without code of the plugin's,
// - there must be room on the stack,
// - and before V8 13 nothing may be terminated until the module's own code begins. That it
//   does is told by `import.meta`, which such modules get in front: V8 asks for it natively.
//   (Rejected: to give them an await there. What follows them would run before them.)
//
// Members of a cycle are started by V8, some of them later, in a microtask. There that class
// is frozen, and before V8 13 such modules get an await in front, so that nothing of theirs
// runs while terminations are held back: see HeldReactions.
//
// Thread: runtime.
// Owner: made for one evaluation.
#pragma once

#include <v8.h>

#include <string_view>

#include "isolate/module_unit.h"

namespace isolet {

class RuntimeThread;

// For a module that may have a top-level await.
inline constexpr std::string_view kTellsStart = "import.meta;";
// For members of a cycle in which there is one; from V8 13 on they only have to be such modules.
inline constexpr std::string_view kAwaitInFront = "await 0;";
inline constexpr std::string_view kAwaitBehind = "\n;if (0) await 0;";

class ModuleStart {
 public:
  explicit ModuleStart(RuntimeThread& thread) : thread_(thread) {}

  // Empty with an exception pending, or because of what is stopping the call.
  v8::MaybeLocal<v8::Promise> Evaluate(const ModuleUnit& unit);

 private:
  bool IsSafe(const ModuleUnit& unit) const;

  RuntimeThread& thread_;
};

}  // namespace isolet
