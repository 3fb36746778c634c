// The objects of one value by the numbers that the writer's ObjectIndex gave them,
// for references to what was decoded before.
//
// Thread: any, always that of the objects' isolate.
// Owner: ValueReader.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

namespace isolet {

class ObjectTable {
 public:
  void Add(v8::Local<v8::Object> object) { objects_.push_back(object); }
  // Takes the next number for an object that is made later.
  size_t Reserve() {
    objects_.emplace_back();
    return objects_.size() - 1;
  }
  void Fill(size_t number, v8::Local<v8::Object> object) { objects_[number] = object; }
  // Empty: there is none of that number, or not yet.
  v8::Local<v8::Object> Find(uint64_t number) const {
    return number < objects_.size() ? objects_[number] : v8::Local<v8::Object>();
  }

 private:
  std::vector<v8::Local<v8::Object>> objects_;
};

}  // namespace isolet
