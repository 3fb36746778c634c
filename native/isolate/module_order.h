// The order in which a graph of modules is evaluated: what a module imports comes before it,
// and the modules of a cycle come together.
//
// With nothing of its own on the stack, as a plugin decides how deep its graph is.
//
// Thread: runtime.
// Owner: made for one import.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "isolate/module_record.h"

namespace isolet {

class Modules;

class ModuleOrder {
 public:
  using RecordPointer = std::shared_ptr<ModuleRecord>;
  // Each: the members of a cycle, or one module.
  using Components = std::vector<std::vector<RecordPointer>>;

  explicit ModuleOrder(const Modules& modules) : modules_(modules) {}

  // All that `root` needs and that is in no unit, `root` last. What has been evaluated is
  // given, but not what it imports.
  Components Of(const RecordPointer& root);
  // False: something that was there when it was collected has been forgotten since.
  bool is_complete() const { return is_complete_; }

 private:
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  // Tarjan's algorithm.
  struct Node {
    RecordPointer record;
    // The earliest of those in the same cycle, as far as is known.
    size_t lowest;
    size_t next_request = 0;
    bool is_placed = false;
    bool is_leaf = false;
  };

  void Enter(const RecordPointer& record);
  // Null: there are no more.
  RecordPointer NextImport(Node& node);
  void Leave();

  const Modules& modules_;
  std::vector<Node> nodes_;
  std::unordered_map<const ModuleRecord*, size_t> places_;
  std::vector<size_t> path_;
  std::vector<size_t> unplaced_;
  Components components_;
  bool is_complete_ = true;
};

}  // namespace isolet
