// The shapes of the plain objects that a realm makes again and again, each with a function that
// makes one: `return{a:p0,b:p1}`. V8 makes such an object in one step, where it takes a search for
// the next hidden class to add each property.
//
// Rejected: copying the last one of a shape (v8::Object::Clone) and storing over it, which is as
// fast, but V8's copies share the boxes of their fractions: to store one changed both. Rejected
// too: v8::DictionaryTemplate, which Node 20 does not have, and whose classes the realm keeps for
// good.
//
// Thread: any, always that of its realm.
// Owner: Realm; a shape is shared with those that are just making objects of it.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isolet {

// All of them identifiers, in their order.
using RecordKeys = std::span<const std::string_view>;

class RecordShape {
 public:
  explicit RecordShape(RecordKeys keys);

  bool Has(uint32_t hash, RecordKeys keys) const;
  // Counts one that is made.
  void Count() { ++made_; }
  // It takes as long to compile as some thirty objects to make without one.
  bool IsWorthAFunction() const { return HasFunction() || IsHot(); }
  bool HasFunction() const { return !literal_.IsEmpty(); }
  // With the values, in the order of the keys. Empty with an exception pending, or as its code was
  // terminated.
  v8::MaybeLocal<v8::Object> Make(v8::Local<v8::Context> context, v8::Local<v8::Value>* values);

 private:
  friend class RecordShapes;
  static constexpr uint32_t kWorthCompiling = 128;

  bool IsHot() const { return made_ > kWorthCompiling; }
  bool Compile(v8::Local<v8::Context> context);

  const uint32_t hash_;
  const std::vector<std::string> keys_;
  uint32_t made_ = 0;
  v8::Global<v8::Function> literal_;  // empty: not compiled
};

class RecordShapes {
 public:
  // With more keys than these, objects are hardly shaped alike.
  static constexpr size_t kMostKeys = 64;

  bool empty() const { return shapes_.empty(); }
  // Null: unknown.
  std::shared_ptr<RecordShape> Find(RecordKeys keys) const;
  // A new one is kept where there is room, or one that is not hot: shapes that are met once don't
  // drive out those in use.
  std::shared_ptr<RecordShape> FindOrAdd(RecordKeys keys);
  void Clear() { shapes_.clear(); }

 private:
  static constexpr size_t kMostShapes = 32;

  // Halves the counts: what is in use stays hot, what was may make room.
  void Age();

  std::vector<std::shared_ptr<RecordShape>> shapes_;
  uint32_t refused_ = 0;  // times that there was no room
};

}  // namespace isolet
