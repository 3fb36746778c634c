#include "isolate/record_maker.h"

#include <algorithm>

namespace isolet {
namespace {

// Values with more shapes than these hardly repeat them.
constexpr size_t kMostShapes = 16;

}  // namespace

RecordMaker::Shape* RecordMaker::FindShape(const uint32_t* keys, size_t count) {
  for (Shape& shape : shapes_) {
    if (std::equal(keys, keys + count, shape.keys.begin(), shape.keys.end())) return &shape;
  }
  return nullptr;
}

v8::MaybeLocal<v8::Object> RecordMaker::Make(const uint32_t* keys,
                                             const v8::Local<v8::Value>* values, size_t count) {
  Shape* shape = FindShape(keys, count);
  v8::Local<v8::Object> record =
      shape != nullptr ? shape->last->Clone() : v8::Object::New(isolate_);
  for (size_t i = 0; i < count; ++i) {
    const v8::Local<v8::Name> name = keys_.value(keys[i]).As<v8::Name>();
    if (!record->CreateDataProperty(context_, name, values[i]).FromMaybe(false)) return {};
  }
  if (shape != nullptr) {
    shape->last = record;
  } else if (shapes_.size() < kMostShapes) {
    shapes_.push_back({record, {keys, keys + count}});
  }
  return record;
}

}  // namespace isolet
