// One module of a runtime, from the moment its source is asked for, and one import of a
// whole graph of them.
//
// Thread: runtime.
// Owner: Modules.
#pragma once

#include <v8.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "isolate/memory_charges.h"

namespace isolet {

enum class ModuleType : uint8_t { kJavaScript, kJson };

// A specifier as a module wrote it, or the name that it was resolved to.
struct ModuleKey {
  std::u16string name;
  ModuleType type = ModuleType::kJavaScript;
  auto operator<=>(const ModuleKey&) const = default;
};

using LinkMap = std::map<ModuleKey, ModuleKey>;

struct GraphLoad;

struct ModuleRecord {
  ModuleKey key;
  v8::Global<v8::Module> module;       // empty: its source has not come yet
  v8::Global<v8::String> source_text;  // of JavaScript that may be compiled again
  v8::Global<v8::Value> json;          // what a JSON module exports
  v8::Global<v8::Value> failure;       // why it could not be had; it is in no graph then
  v8::Global<v8::Promise> source;      // of its loader, until that has come
  // The specifier and the referrer that it was first asked for by.
  std::u16string specifier;
  std::u16string referrer;
  // What it was given in front tells when its own code begins: see ModuleStart.
  bool tells_start = false;
  bool is_in_waiting_cycle = false;
  // Charged for it, until it is forgotten.
  MemoryCost cost;
  // What its requests were resolved to, and those in their order.
  LinkMap links;
  std::vector<LinkMap::const_iterator> requests;
  // Of ModuleEvaluator's; 0: in none.
  uint64_t unit = 0;
  // While it, or others of its unit, were evaluated.
  bool was_stopped = false;
  // Imports that wait for its source.
  std::vector<std::shared_ptr<GraphLoad>> waiting;
};

struct GraphLoad {
  v8::Global<v8::Promise::Resolver> resolver;
  std::shared_ptr<ModuleRecord> root;
  // The call that imports.
  uint64_t account = 0;
  std::unordered_set<const ModuleRecord*> visited;
  size_t awaited = 0;
  bool settled = false;
};

}  // namespace isolet
