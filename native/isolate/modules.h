// The ES modules of a runtime: which there are. What can be imported is the host's to say: it
// resolves specifiers to names and gives their sources.
//
// A module is instantiated once. One that could not be had is forgotten, so that a later
// import asks again.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "isolate/module_error.h"
#include "isolate/module_graphs.h"
#include "isolate/module_record.h"

namespace isolet {

class RuntimeThread;

class Modules {
 public:
  using RecordPointer = ModuleGraphs::RecordPointer;

  explicit Modules(RuntimeThread& thread);
  ~Modules();
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

  // `resolve(specifier, referrer)` gives a name, or `undefined`; `load(name)` its source, or
  // a promise of it.
  void Provide(v8::Local<v8::Function> resolve, v8::Local<v8::Function> load);
  ModuleGraphs& graphs() { return graphs_; }

  // The module that a specifier means, whether its source is there or only asked for. Null
  // with an exception pending.
  RecordPointer Obtain(v8::Local<v8::String> specifier, v8::Local<v8::String> referrer,
                       ModuleType type);
  // Null: there is none.
  RecordPointer Find(const ModuleKey& key) const;
  RecordPointer Find(v8::Local<v8::Module> module) const;
  // After something was stopped: what came of loaders meanwhile may be lost, and is asked for
  // again.
  void AbandonUnheard();
  // kErrored: its source has not come.
  v8::Module::Status StatusOf(const ModuleRecord& record) const;
  // False: it has no top-level await of its own, for sure.
  static bool MayAwait(const ModuleRecord& record);
  // Anew, as a member of a cycle in which there is a top-level await: see ModuleStart. False
  // with an exception pending.
  bool CompileForCycle(const RecordPointer& record);
  template <class Judge>
  void ForgetIf(Judge judge) {
    std::vector<ModuleKey> forgotten;
    for (const auto& [key, record] : records_) {
      if (judge(*record)) forgotten.push_back(key);
    }
    for (const ModuleKey& key : forgotten) Forget(key);
  }

 private:
  static void OnImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                           v8::Local<v8::Object> meta);
  static v8::MaybeLocal<v8::Value> OnJsonEvaluated(v8::Local<v8::Context> context,
                                                   v8::Local<v8::Module> module);
  static void OnSource(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void OnNoSource(const v8::FunctionCallbackInfo<v8::Value>& info);

  // Each of these: empty or false with an exception pending.
  v8::MaybeLocal<v8::String> Resolve(v8::Local<v8::String> specifier,
                                     v8::Local<v8::String> referrer);
  bool Fetch(const RecordPointer& record, v8::Local<v8::String> specifier,
             v8::Local<v8::String> referrer);
  bool Compile(const RecordPointer& record, v8::Local<v8::String> source);
  v8::MaybeLocal<v8::Value> ParseJsonModule(v8::Local<v8::String> name,
                                            v8::Local<v8::String> source);

  void SourceCame(uint64_t id, v8::Local<v8::Value> source);
  void Fail(const RecordPointer& record, v8::Local<v8::Value> why);
  void Forget(const ModuleKey& key);
  void Keep(const RecordPointer& record, v8::Local<v8::Module> module);
  void ForgetHash(const ModuleRecord& record);
  // Its source will not come: whoever waits has to begin again.
  void Abandon(const RecordPointer& record);
  v8::Local<v8::Object> NewError(ModuleProblem problem, const ModuleRecord& record,
                                 v8::Local<v8::Value> cause);

  RuntimeThread& thread_;
  ModuleGraphs graphs_;
  v8::Global<v8::Function> resolve_;
  v8::Global<v8::Function> load_;
  std::map<ModuleKey, RecordPointer> records_;
  std::unordered_multimap<int, RecordPointer> by_hash_;
  // By the number that the promise of their source carries.
  std::unordered_map<uint64_t, RecordPointer> fetching_;
  uint64_t last_id_ = 0;
};

}  // namespace isolet
