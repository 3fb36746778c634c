#include "isolate/module_evaluator.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "isolate/module_order.h"
#include "isolate/module_start.h"
#include "isolate/modules.h"
#include "isolate/numbered_reactions.h"
#include "isolate/rethrow.h"
#include "isolate/runtime_thread.h"

namespace isolet {
namespace {

class Busy {
 public:
  explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
  ~Busy() { flag_ = false; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  bool& flag_;
};

}  // namespace

ModuleEvaluator::ModuleEvaluator(RuntimeThread& thread, Modules& modules)
    : thread_(thread), modules_(modules), held_reactions_(thread) {}

bool ModuleEvaluator::Begin(const LoadPointer& load) {
  const uint64_t first = last_number_ + 1;
  v8::TryCatch try_catch(thread_.isolate());
  if (!Prepare(load, first)) {
    DropFrom(first);
    if (try_catch.HasTerminated()) {
      Rethrow(thread_.isolate(), try_catch);
      return false;
    }
    if (!try_catch.HasCaught()) {
      modules_.graphs().Interrupt(load);
      return true;
    }
    const v8::Local<v8::Value> why = try_catch.Exception();
    try_catch.Reset();
    modules_.graphs().Reject(load, why);
    return true;
  }
  units_.at(load->root->unit).loads.push_back(load);
  for (uint64_t number = first; number <= last_number_; ++number) {
    if (runnable_.erase(number) == 0) continue;
    const Progress progress = Run(number);
    if (progress == Progress::kStopped) {
      Rethrow(thread_.isolate(), try_catch);
      return false;
    }
    // As all that imports a module that threw, what follows it is not evaluated.
    if (progress == Progress::kFailed) DropFrom(number);
  }
  return true;
}

bool ModuleEvaluator::Prepare(const LoadPointer& load, uint64_t first) {
  const Busy busy(is_busy_);
  ModuleOrder order(modules_);
  for (auto& members : order.Of(load->root)) AddUnit(std::move(members));
  if (!order.is_complete()) return false;
  for (auto at = units_.lower_bound(first); at != units_.end(); ++at) {
    v8::HandleScope handles(thread_.isolate());
    if (!Link(at->second)) return false;
  }
  Join(load, first);
  for (auto at = units_.lower_bound(first); at != units_.end(); ++at) {
    Await(at->second, at->first);
    if (at->second.awaited.empty()) runnable_.insert(at->first);
  }
  return true;
}

void ModuleEvaluator::AddUnit(std::vector<RecordPointer> members) {
  ModuleUnit& unit = units_[++last_number_];
  unit.members = std::move(members);
  for (const RecordPointer& member : unit.members) member->unit = last_number_;
}

void ModuleEvaluator::Join(const LoadPointer& load, uint64_t first) {
  v8::HandleScope handles(thread_.isolate());
  if (load->root->unit < first || modules_.StatusOf(*load->root) != v8::Module::kInstantiated ||
      load->root->module.Get(thread_.isolate())->IsGraphAsync()) {
    return;
  }
  std::vector<RecordPointer> members{load->root};
  for (auto at = units_.lower_bound(first); at != units_.end(); ++at) {
    for (const RecordPointer& member : at->second.members) {
      if (member != load->root) members.push_back(member);
    }
  }
  DropFrom(first);
  AddUnit(std::move(members));
}

bool ModuleEvaluator::Link(ModuleUnit& unit) {
  v8::Isolate* isolate = thread_.isolate();
  const RecordPointer& root = unit.members.front();
  if (modules_.StatusOf(*root) != v8::Module::kUninstantiated) return true;
  auto link = [&] {
    return root->module.Get(isolate)
        ->InstantiateModule(thread_.realm().context(), ModuleGraphs::OnLink)
        .FromMaybe(false);
  };
  if (!link()) return false;
  if (unit.members.size() == 1 || !root->module.Get(isolate)->IsGraphAsync() ||
      !std::ranges::any_of(unit.members,
                           [](const auto& member) { return Modules::MayAwait(*member); })) {
    return true;
  }
  // Nothing that is linked refers to them yet.
  return GiveAwaits(unit) && link();
}

bool ModuleEvaluator::GiveAwaits(ModuleUnit& unit) {
  if (V8_MAJOR_VERSION < 13) held_reactions_.Watch();
  return std::ranges::all_of(unit.members, [&](const RecordPointer& member) {
    v8::HandleScope handles(thread_.isolate());
    return modules_.CompileForCycle(member);
  });
}

void ModuleEvaluator::Await(ModuleUnit& unit, uint64_t number) {
  for (const RecordPointer& member : unit.members) {
    if (modules_.StatusOf(*member) != v8::Module::kInstantiated) continue;
    for (const LinkMap::const_iterator& request : member->requests) {
      const RecordPointer imported = modules_.Find(request->second);
      if (imported == nullptr || imported->unit == 0 || imported->unit == number) continue;
      units_.at(imported->unit).importers.push_back(number);
      unit.awaited.push_back(imported->unit);
    }
  }
}

void ModuleEvaluator::DropFrom(uint64_t first) {
  while (!units_.empty() && units_.rbegin()->first >= first) Drop(units_.rbegin()->first);
}

void ModuleEvaluator::Drop(uint64_t number) {
  auto unit = units_.extract(number);
  if (unit.empty()) return;
  runnable_.erase(number);
  for (const RecordPointer& member : unit.mapped().members) member->unit = 0;
  for (uint64_t awaited : unit.mapped().awaited) {
    auto found = units_.find(awaited);
    if (found != units_.end()) std::erase(found->second.importers, number);
  }
}

ModuleEvaluator::Progress ModuleEvaluator::Run(uint64_t number) {
  v8::Isolate* isolate = thread_.isolate();
  v8::HandleScope handles(isolate);
  v8::TryCatch try_catch(isolate);
  ModuleUnit& unit = units_.at(number);
  unit.account = thread_.innermost() != nullptr ? thread_.innermost()->call() : 0;
  v8::Local<v8::Promise> evaluation;
  bool began = false;
  {
    const Busy busy(is_busy_);
    began = ModuleStart(thread_).Evaluate(unit).ToLocal(&evaluation);
  }
  if (!began && try_catch.HasTerminated()) {
    MarkStopped(number);
    Rethrow(isolate, try_catch);
    return Progress::kStopped;
  }
  // By now somebody else may have been stopped, and all units with them.
  if (!units_.contains(number)) return Progress::kGoesOn;
  if (began && evaluation->State() == v8::Promise::PromiseState::kPending) {
    unit.is_pending = true;
    unit.evaluation.Reset(isolate, evaluation);
    if (React(thread_.realm().context(), evaluation, OnEvaluated, OnEvaluationFailed, number)) {
      return Progress::kGoesOn;
    }
    if (try_catch.HasTerminated()) {
      Rethrow(isolate, try_catch);
      return Progress::kStopped;
    }
    began = false;
  }
  if (began && evaluation->State() == v8::Promise::PromiseState::kFulfilled) {
    Settled(number);
    return Progress::kGoesOn;
  }
  v8::Local<v8::Value> why = v8::Undefined(isolate);
  if (began) {
    evaluation->MarkAsHandled();
    why = evaluation->Result();
  } else if (try_catch.HasCaught()) {
    why = try_catch.Exception();
    try_catch.Reset();
  }
  Failed(number, why);
  return Progress::kFailed;
}

void ModuleEvaluator::RunRunnable() {
  if (is_busy_) return;
  while (!runnable_.empty() && !thread_.Stopping()) {
    const uint64_t number = *runnable_.begin();
    runnable_.erase(number);
    if (Run(number) == Progress::kStopped) return;
  }
}

void ModuleEvaluator::OnEvaluated(const v8::FunctionCallbackInfo<v8::Value>& info) {
  ModuleEvaluator& self = RuntimeThread::Of(info.GetIsolate()).modules().graphs().evaluator();
  self.Settled(NumberOf(info));
  self.RunRunnable();
}

void ModuleEvaluator::OnEvaluationFailed(const v8::FunctionCallbackInfo<v8::Value>& info) {
  ModuleEvaluator& self = RuntimeThread::Of(info.GetIsolate()).modules().graphs().evaluator();
  self.Failed(NumberOf(info), info[0]);
}

void ModuleEvaluator::Settled(uint64_t number) {
  auto found = units_.find(number);
  if (found == units_.end()) return;
  const std::vector<LoadPointer> loads = std::move(found->second.loads);
  const std::vector<uint64_t> importers = std::move(found->second.importers);
  Drop(number);
  for (uint64_t importer : importers) {
    auto waiting = units_.find(importer);
    if (waiting == units_.end()) continue;
    std::erase(waiting->second.awaited, number);
    if (waiting->second.awaited.empty()) runnable_.insert(importer);
  }
  for (const LoadPointer& load : loads) modules_.graphs().Fulfil(load);
}

// V8 finds out itself that what a module imports has failed, if it is evaluated later.
void ModuleEvaluator::Failed(uint64_t number, v8::Local<v8::Value> why) {
  std::vector<uint64_t> failed{number};
  while (!failed.empty()) {
    auto found = units_.find(failed.back());
    failed.pop_back();
    if (found == units_.end()) continue;
    const std::vector<LoadPointer> loads = std::move(found->second.loads);
    failed.insert(failed.end(), found->second.importers.begin(), found->second.importers.end());
    Drop(found->first);
    for (const LoadPointer& load : loads) modules_.graphs().Reject(load, why);
  }
}

std::vector<ModuleEvaluator::LoadPointer> ModuleEvaluator::OnStopped(uint64_t call) {
  auto is_its = [&](const LoadPointer& load) { return load->account == call; };
  // While modules are being evaluated around a nested call, those linked have their turn to come.
  if (is_busy_) {
    for (auto& [number, unit] : units_) std::erase_if(unit.loads, is_its);
    return {};
  }
  const std::set<uint64_t> broken = Broken(call);
  std::vector<LoadPointer> others;
  std::unordered_set<const ModuleRecord*> lost;
  for (auto& [number, unit] : units_) {
    const bool had_its = std::erase_if(unit.loads, is_its) > 0;
    if (!broken.contains(number)) continue;
    others.insert(others.end(), unit.loads.begin(), unit.loads.end());
    // What was to go on after its await is gone.
    const bool is_its_own = had_its || unit.account == call;
    if (!unit.is_pending || !is_its_own) continue;
    for (const RecordPointer& member : unit.members) lost.insert(member.get());
  }
  for (uint64_t number : broken) Drop(number);
  modules_.ForgetIf([&](const ModuleRecord& record) {
    return lost.contains(&record) || (record.unit == 0 && IsTerminated(record));
  });
  return others;
}

std::set<uint64_t> ModuleEvaluator::Broken(uint64_t call) const {
  v8::HandleScope handles(thread_.isolate());
  std::set<uint64_t> broken;
  for (const auto& [number, unit] : units_) {
    bool is_broken = std::ranges::any_of(
        unit.awaited, [&](uint64_t awaited) { return broken.contains(awaited); });
    if (unit.is_pending) {
      // Its own reaction may be among the microtasks that V8 has dropped.
      is_broken =
          unit.account == call ||
          unit.evaluation.Get(thread_.isolate())->State() != v8::Promise::PromiseState::kPending ||
          std::ranges::any_of(unit.loads,
                              [&](const LoadPointer& load) { return load->account == call; });
    } else if (unit.awaited.empty()) {
      is_broken = true;
    }
    if (is_broken) broken.insert(number);
  }
  return broken;
}

void ModuleEvaluator::MarkStopped(uint64_t number) {
  auto found = units_.find(number);
  if (found == units_.end()) return;
  for (const RecordPointer& member : found->second.members) member->was_stopped = true;
}

// V8 calls modules that were terminated while they ran errored, with null for an error: as it
// does those that throw null.
bool ModuleEvaluator::IsTerminated(const ModuleRecord& record) const {
  if (record.module.IsEmpty()) return false;
  // Linked, perhaps with one of those, and never run.
  const v8::Module::Status status = modules_.StatusOf(record);
  if (status == v8::Module::kInstantiated) return true;
  return record.was_stopped && status == v8::Module::kErrored &&
         record.module.Get(thread_.isolate())->GetException()->IsNull();
}

}  // namespace isolet
