#include "isolate/module_order.h"

#include <algorithm>
#include <utility>

#include "isolate/modules.h"

namespace isolet {

ModuleOrder::Components ModuleOrder::Of(const RecordPointer& root) {
  if (root->unit == 0) Enter(root);
  while (!path_.empty()) {
    const size_t at = path_.back();
    const RecordPointer next = NextImport(nodes_[at]);
    if (next == nullptr) {
      Leave();
      continue;
    }
    auto place = places_.find(next.get());
    if (place == places_.end()) {
      Enter(next);
    } else if (!nodes_[place->second].is_placed) {
      nodes_[at].lowest = std::min(nodes_[at].lowest, place->second);
    }
  }
  return std::move(components_);
}

void ModuleOrder::Enter(const RecordPointer& record) {
  const size_t at = nodes_.size();
  nodes_.push_back({record, at});
  nodes_.back().is_leaf = modules_.StatusOf(*record) >= v8::Module::kEvaluating;
  places_.emplace(record.get(), at);
  path_.push_back(at);
  unplaced_.push_back(at);
}

ModuleOrder::RecordPointer ModuleOrder::NextImport(Node& node) {
  const std::vector<LinkMap::const_iterator>& requests = node.record->requests;
  while (!node.is_leaf && node.next_request < requests.size()) {
    RecordPointer imported = modules_.Find(requests[node.next_request++]->second);
    if (imported == nullptr || imported->module.IsEmpty()) {
      is_complete_ = false;
    } else if (imported->unit == 0) {
      return imported;
    }
  }
  return nullptr;
}

void ModuleOrder::Leave() {
  const size_t at = path_.back();
  path_.pop_back();
  const size_t lowest = nodes_[at].lowest;
  if (!path_.empty()) {
    Node& importer = nodes_[path_.back()];
    importer.lowest = std::min(importer.lowest, lowest);
  }
  if (lowest != at) return;
  std::vector<RecordPointer>& members = components_.emplace_back();
  size_t member = 0;
  do {
    member = unplaced_.back();
    unplaced_.pop_back();
    nodes_[member].is_placed = true;
    members.push_back(nodes_[member].record);
  } while (member != at);
  std::ranges::reverse(members);
}

}  // namespace isolet
