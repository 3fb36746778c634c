#include "isolate/record_shapes.h"

#include <algorithm>

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Of their lengths and first bytes: what tells most shapes apart, and is there at once.
uint32_t HashOf(RecordKeys keys) {
  auto hash = static_cast<uint32_t>(keys.size());
  for (const std::string_view key : keys) {
    hash = (hash ^ static_cast<uint8_t>(key.front()) ^ static_cast<uint32_t>(key.size() << 8)) *
           16777619U;
  }
  return hash;
}

}  // namespace

RecordShape::RecordShape(RecordKeys keys) : hash_(HashOf(keys)), keys_(keys.begin(), keys.end()) {}

bool RecordShape::Has(uint32_t hash, RecordKeys keys) const {
  return hash == hash_ && std::equal(keys.begin(), keys.end(), keys_.begin(), keys_.end());
}

bool RecordShape::Compile(v8::Local<v8::Context> context) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  std::string body = "return{";
  std::vector<v8::Local<v8::String>> parameters;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const std::string parameter = 'p' + std::to_string(i);
    parameters.push_back(Literal(isolate, parameter));
    body.append(keys_[i]);
    body += ':';
    body += parameter;
    body += ',';
  }
  body += '}';
  v8::ScriptCompiler::Source source(Text(isolate, body));
  v8::Local<v8::Function> literal;
  if (!v8::ScriptCompiler::CompileFunction(context, &source, parameters.size(), parameters.data())
           .ToLocal(&literal)) {
    return false;
  }
  literal_.Reset(isolate, literal);
  return true;
}

v8::MaybeLocal<v8::Object> RecordShape::Make(v8::Local<v8::Context> context,
                                             v8::Local<v8::Value>* values) {
  if (literal_.IsEmpty() && !Compile(context)) return {};
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> record;
  if (!literal_.Get(isolate)
           ->Call(context, v8::Undefined(isolate), static_cast<int>(keys_.size()), values)
           .ToLocal(&record)) {
    return {};
  }
  return record.As<v8::Object>();
}

std::shared_ptr<RecordShape> RecordShapes::Find(RecordKeys keys) const {
  const uint32_t hash = HashOf(keys);
  for (const std::shared_ptr<RecordShape>& shape : shapes_) {
    if (shape->Has(hash, keys)) return shape;
  }
  return nullptr;
}

std::shared_ptr<RecordShape> RecordShapes::FindOrAdd(RecordKeys keys) {
  if (std::shared_ptr<RecordShape> known = Find(keys)) return known;
  auto added = std::make_shared<RecordShape>(keys);
  if (shapes_.size() < kMostShapes) return shapes_.emplace_back(std::move(added));
  auto least =
      std::ranges::min_element(shapes_, {}, [](const auto& shape) { return shape->made_; });
  if (++refused_ % kMostShapes == 0) Age();
  if (!(*least)->IsHot()) *least = added;
  return added;
}

void RecordShapes::Age() {
  for (const std::shared_ptr<RecordShape>& shape : shapes_) shape->made_ /= 2;
}

}  // namespace isolet
