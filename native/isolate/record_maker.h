// Makes plain objects whose keys and values are all there, and those that are shaped alike, once
// there are many, by a function with an object literal of that shape: V8 makes such an object in
// one step, where it takes a search for the next hidden class to add each property.
//
// Rejected: copying the last one of a shape (v8::Object::Clone) and storing over it, which is as
// fast, but V8's copies share the boxes of their fractions: to store one changed both. Rejected
// too: v8::DictionaryTemplate, which Node 20 does not have, and whose classes the realm keeps for
// good.
//
// Thread: any, always that of its realm.
// Owner: ContainerReader.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isolate/property_keys.h"
#include "isolate/realm.h"

namespace isolet {

class RecordMaker {
 public:
  RecordMaker(const Realm& realm, const PropertyKeys& keys)
      : isolate_(realm.isolate()), context_(realm.context()), keys_(keys) {}

  // Of `count` keys by number, all of them names, with their values. Empty with an
  // exception pending, or as its code was terminated.
  v8::MaybeLocal<v8::Object> Make(const uint32_t* keys, v8::Local<v8::Value>* values, size_t count);

 private:
  struct Shape {
    std::vector<uint32_t> keys;
    uint32_t made = 0;
    v8::Local<v8::Function> literal;  // empty: not compiled
  };

  Shape* FindShape(const uint32_t* keys, size_t count);
  bool Compile(Shape* shape);

  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const PropertyKeys& keys_;
  std::vector<Shape> shapes_;
};

}  // namespace isolet
