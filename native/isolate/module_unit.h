// What of a graph of modules is evaluated at once: a module, those of a cycle, or all of a graph
// in which nothing waits.
//
// Thread: runtime.
// Owner: ModuleEvaluator, from the moment it is known until it has settled.
#pragma once

#include <v8.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "isolate/module_record.h"

namespace isolet {

struct ModuleUnit {
  // The first is the one by which the others are reached, and evaluated.
  std::vector<std::shared_ptr<ModuleRecord>> members;
  // Those that wait for this one, once for each import of theirs.
  std::vector<uint64_t> importers;
  // Those that it waits for: for each import one, until that has settled.
  std::vector<uint64_t> awaited;
  // Imports of a member by the plugin or the host.
  std::vector<std::shared_ptr<GraphLoad>> loads;
  // It has begun, on the account of a call, and has an await to come to.
  bool is_pending = false;
  uint64_t account = 0;
  v8::Global<v8::Promise> evaluation;

  // A cycle of which some, and so all that are in it, have a top-level await.
  bool IsWaitingCycle() const { return members.front()->is_in_waiting_cycle; }
};

}  // namespace isolet
