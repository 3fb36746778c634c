// Makes plain objects whose keys and values are all there, and makes those that are shaped alike by
// copying the last.
//
// A copy has the hidden class of its original, so that a value is stored where another one's is;
// adding a property looks for a transition to the next class first, 3 times the work. The last, not
// the first: that has kept up with what V8 has learned of the class since.
//
// Rejected: v8::DictionaryTemplate, which Node 20 does not have, and whose classes the realm keeps
// for good; a function compiled for each shape, which pays only after some hundred objects.
//
// Thread: any, always that of its realm.
// Owner: ContainerReader.
#pragma once

#include <v8.h>

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
  // exception pending.
  v8::MaybeLocal<v8::Object> Make(const uint32_t* keys, const v8::Local<v8::Value>* values,
                                  size_t count);
  // What was made is changed, by being frozen say: nothing is to be copied from it.
  void Forget() { shapes_.clear(); }

 private:
  struct Shape {
    v8::Local<v8::Object> last;
    std::vector<uint32_t> keys;
  };

  Shape* FindShape(const uint32_t* keys, size_t count);

  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const PropertyKeys& keys_;
  std::vector<Shape> shapes_;
};

}  // namespace isolet
