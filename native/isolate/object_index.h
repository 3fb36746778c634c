// Numbers the objects of one value in the order they are met, so that one met
// again crosses as a reference.
//
// Thread: any, always that of the objects' isolate.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

namespace isolet {

class ObjectIndex {
 public:
  bool empty() const { return objects_.empty(); }
  // The number of `object`, or -1 if it has not been met.
  int64_t Find(v8::Local<v8::Object> object) const;
  // The same, but gives it the next number if it has not been met.
  int64_t Recall(v8::Local<v8::Object> object);
  // Uses up a number for what the reader makes but nothing can refer to.
  void Skip() { objects_.emplace_back(); }

 private:
  // The slot of `object`: its own, or the free one it would take.
  size_t SlotOf(v8::Local<v8::Object> object) const;

  std::vector<v8::Local<v8::Object>> objects_;  // by number; empty where skipped
  std::vector<uint32_t> slots_;                 // number + 1, open-addressed by identity hash
};

}  // namespace isolet
