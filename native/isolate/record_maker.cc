#include "isolate/record_maker.h"

#include <algorithm>

namespace isolet {
namespace {

// Values with more shapes than these hardly repeat them.
constexpr size_t kMostShapes = 16;

}  // namespace

RecordShape* RecordMaker::FindShape(const uint32_t* keys, size_t count) {
  if (count == 0 || count > RecordShapes::kMostKeys) return nullptr;
  for (const Known& known : known_) {
    if (std::equal(keys, keys + count, known.keys.begin(), known.keys.end())) {
      return known.shape.get();
    }
  }
  const bool has_literal =
      std::all_of(keys, keys + count, [&](uint32_t key) { return keys_.IsIdentifier(key); });
  if (!has_literal || known_.size() == kMostShapes) return nullptr;
  std::string_view texts[RecordShapes::kMostKeys];
  for (size_t i = 0; i < count; ++i) texts[i] = keys_.text(keys[i]);
  return known_.emplace_back(Known{{keys, keys + count}, realm_.shapes().FindOrAdd({texts, count})})
      .shape.get();
}

v8::MaybeLocal<v8::Object> RecordMaker::Make(const uint32_t* keys, v8::Local<v8::Value>* values,
                                             size_t count) {
  RecordShape* shape = FindShape(keys, count);
  if (shape != nullptr) {
    shape->Count();
    if (shape->IsWorthAFunction()) return shape->Make(context_, values);
  }
  v8::Local<v8::Object> record = v8::Object::New(isolate_);
  for (size_t i = 0; i < count; ++i) {
    const v8::Local<v8::Name> name = keys_.value(keys[i]).As<v8::Name>();
    if (!record->CreateDataProperty(context_, name, values[i]).FromMaybe(false)) return {};
  }
  return record;
}

}  // namespace isolet
