#include "isolate/module_start.h"

#include "isolate/modules.h"
#include "isolate/promise_species.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

constexpr bool kMayBeTerminated = V8_MAJOR_VERSION >= 13;
constexpr bool kNeedsNothing = V8_MAJOR_VERSION >= 14;

// More than V8 takes from there to the module's own code, with a sanitizer as well.
constexpr size_t kStackToStart = size_t{32} << 10;

}  // namespace

v8::MaybeLocal<v8::Promise> ModuleStart::Evaluate(const ModuleUnit& unit) {
  const ModuleRecord& root = *unit.members.front();
  v8::Local<v8::Module> module = root.module.Get(thread_.isolate());
  const bool is_start =
      !kNeedsNothing && module->GetStatus() == v8::Module::kInstantiated &&
      (unit.IsWaitingCycle() || (unit.members.size() == 1 && Modules::MayAwait(root)));
  if (is_start && !IsSafe(unit)) return {};
  if (is_start && !kMayBeTerminated) thread_.HoldTermination();
  v8::Local<v8::Value> evaluation;
  const bool evaluated = module->Evaluate(thread_.realm().context()).ToLocal(&evaluation);
  if (is_start && !kMayBeTerminated) thread_.core().terminator.Release();
  if (!evaluated || !evaluation->IsPromise()) return {};
  return evaluation.As<v8::Promise>();
}

bool ModuleStart::IsSafe(const ModuleUnit& unit) const {
  v8::Isolate* isolate = thread_.isolate();
  if (!thread_.HasStack(kStackToStart)) {
    isolate->ThrowException(
        thread_.realm().NewError("RangeError", "Maximum call stack size exceeded"));
    return false;
  }
  const PromiseSpecies& species = thread_.promise_species();
  if (unit.IsWaitingCycle() ? species.Freeze() : species.IsIntact()) return true;
  // Perhaps it has only the word.
  if (!unit.members.front()->module.Get(isolate)->IsGraphAsync()) return true;
  isolate->ThrowException(thread_.realm().NewError(
      "TypeError",
      "a module with a top-level await can't be evaluated once Promise.prototype.constructor or "
      "Promise[Symbol.species] has been changed"));
  return false;
}

}  // namespace isolet
