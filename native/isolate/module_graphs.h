// Imports: collects all modules that one needs, has them evaluated, and settles the promise of
// its namespace.
//
// Thread: runtime.
// Owner: Modules.
#pragma once

#include <v8.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "isolate/module_evaluator.h"
#include "isolate/module_record.h"

namespace isolet {

class Modules;
class RuntimeThread;

class ModuleGraphs {
 public:
  using RecordPointer = std::shared_ptr<ModuleRecord>;
  using LoadPointer = std::shared_ptr<GraphLoad>;

  ModuleGraphs(RuntimeThread& thread, Modules& modules);
  ModuleGraphs(const ModuleGraphs&) = delete;
  ModuleGraphs& operator=(const ModuleGraphs&) = delete;

  // A promise of the namespace. Empty: an exception is pending; what goes wrong with the
  // import itself is a rejection.
  v8::MaybeLocal<v8::Promise> Import(v8::Local<v8::String> specifier,
                                     v8::Local<v8::String> referrer, ModuleType type);
  // The source of `record`, for which the load waits, has come.
  void GoOn(const LoadPointer& load, const RecordPointer& record);
  void Fulfil(const LoadPointer& load);
  void Reject(const LoadPointer& load, v8::Local<v8::Value> why);
  // Something was stopped that it needed: it begins again.
  void Interrupt(const LoadPointer& load) { interrupted_.push_back(load); }

  ModuleEvaluator& evaluator() { return evaluator_; }
  static v8::MaybeLocal<v8::Module> OnLink(v8::Local<v8::Context> context,
                                           v8::Local<v8::String> specifier,
                                           v8::Local<v8::FixedArray> attributes,
                                           v8::Local<v8::Module> referrer);

  // After `call` was stopped, and with it all microtasks: what it ran can be tried again, and
  // imports of other calls go on, when the loop has them Resume on their own account.
  void OnStopped(uint64_t call);
  std::optional<uint64_t> NextAccount() const;
  void Resume();

 private:
  static v8::MaybeLocal<v8::Promise> OnImport(v8::Local<v8::Context> context,
                                              v8::Local<v8::Data> options,
                                              v8::Local<v8::Value> referrer,
                                              v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> attributes);
  static void OnReady(const v8::FunctionCallbackInfo<v8::Value>& info);

  // Takes what `root` needs into the load; ends the load where that fails.
  void Visit(const LoadPointer& load, RecordPointer root);
  // False with an exception pending.
  bool VisitRequests(const LoadPointer& load, ModuleRecord& record,
                     std::vector<RecordPointer>* found);
  // Once all of a load's modules are there: evaluates in a microtask, never in the middle of
  // the code that imports.
  void Schedule(const LoadPointer& load);
  void EvaluateReady();
  void Restart(const LoadPointer& load);

  RuntimeThread& thread_;
  Modules& modules_;
  ModuleEvaluator evaluator_;
  // Complete, and to be evaluated in this order.
  std::deque<LoadPointer> ready_;
  // Stopped while their graph was being collected.
  std::deque<LoadPointer> interrupted_;
};

}  // namespace isolet
