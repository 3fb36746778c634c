// Makes the plain objects of one value, once their keys and values are all there.
//
// Thread: any, always that of its realm.
// Owner: ContainerReader.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "isolate/property_keys.h"
#include "isolate/realm.h"
#include "isolate/record_shapes.h"

namespace isolet {

class RecordMaker {
 public:
  RecordMaker(const Realm& realm, const PropertyKeys& keys)
      : realm_(realm), isolate_(realm.isolate()), context_(realm.context()), keys_(keys) {}

  // Of `count` keys by number, all of them names, with their values. Empty with an
  // exception pending, or as its code was terminated.
  v8::MaybeLocal<v8::Object> Make(const uint32_t* keys, v8::Local<v8::Value>* values, size_t count);

 private:
  // One of the realm's, by the numbers of its keys here.
  struct Known {
    std::vector<uint32_t> keys;
    std::shared_ptr<RecordShape> shape;
  };

  RecordShape* FindShape(const uint32_t* keys, size_t count);

  const Realm& realm_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const PropertyKeys& keys_;
  std::vector<Known> known_;
};

}  // namespace isolet
