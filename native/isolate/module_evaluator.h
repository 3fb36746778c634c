// Links and evaluates modules, each once what it imports has settled.
//
// V8 would do it for a whole graph, and starts what waited for a top-level await by itself
// later. There it takes for granted that nothing goes wrong, and ends the process where a
// plugin sees to it that something does: what it runs may be terminated
// (SourceTextModule::AsyncModuleExecutionFulfilled in V8 12.4, 13.6 and 14.6), or its own
// promises be patched (ExecuteAsyncModule before 14). Module by module it starts where
// ModuleStart can see to that. Cycles are V8's still, and graphs in which nothing waits.
//
// Thread: runtime.
// Owner: ModuleGraphs.
#pragma once

#include <v8.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "isolate/held_reactions.h"
#include "isolate/module_unit.h"

namespace isolet {

class Modules;
class RuntimeThread;

class ModuleEvaluator {
 public:
  using RecordPointer = std::shared_ptr<ModuleRecord>;
  using LoadPointer = std::shared_ptr<GraphLoad>;

  ModuleEvaluator(RuntimeThread& thread, Modules& modules);
  ModuleEvaluator(const ModuleEvaluator&) = delete;
  ModuleEvaluator& operator=(const ModuleEvaluator&) = delete;

  // All that the load needs is there. False: it was stopped, with a termination pending.
  bool Begin(const LoadPointer& load);
  // V8 is linking or running modules, and must not begin to do so again inside: a host
  // function that one of them calls may import as well.
  bool is_busy() const { return is_busy_; }
  // After `call` was stopped. Whoever else waits has to begin again, and is returned.
  std::vector<LoadPointer> OnStopped(uint64_t call);
  // Those that wait for nothing any more, in their order, until they are stopped.
  void RunRunnable();
  HeldReactions& held_reactions() { return held_reactions_; }

 private:
  static void OnEvaluated(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void OnEvaluationFailed(const v8::FunctionCallbackInfo<v8::Value>& info);

  // The units of what the load needs and is in none yet, from the number `first` on. False with
  // an exception pending.
  bool Prepare(const LoadPointer& load, uint64_t first);
  void AddUnit(std::vector<RecordPointer> members);
  // V8 evaluates a graph in which nothing waits at once, in the language's order also where
  // it has cycles.
  void Join(const LoadPointer& load, uint64_t first);
  bool Link(ModuleUnit& unit);
  bool GiveAwaits(ModuleUnit& unit);
  void Await(ModuleUnit& unit, uint64_t number);
  void DropFrom(uint64_t first);
  void Drop(uint64_t number);

  enum class Progress : uint8_t { kGoesOn, kFailed, kStopped };
  Progress Run(uint64_t number);
  void Settled(uint64_t number);
  void Failed(uint64_t number, v8::Local<v8::Value> why);
  // Units that will not settle by themselves, and all that wait for them.
  std::set<uint64_t> Broken(uint64_t call) const;
  void MarkStopped(uint64_t number);
  bool IsTerminated(const ModuleRecord& record) const;

  RuntimeThread& thread_;
  Modules& modules_;
  HeldReactions held_reactions_;
  // In the order of their evaluation.
  std::map<uint64_t, ModuleUnit> units_;
  std::set<uint64_t> runnable_;
  uint64_t last_number_ = 0;
  bool is_busy_ = false;
};

}  // namespace isolet
