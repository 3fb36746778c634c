#include "isolate/record_maker.h"

#include <algorithm>
#include <string>

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Values with more shapes than these hardly repeat them.
constexpr size_t kMostShapes = 16;
constexpr size_t kMostKeys = 64;
// A function takes as long to compile as some thirty objects to make without one.
constexpr uint32_t kWorthCompiling = 128;

}  // namespace

RecordMaker::Shape* RecordMaker::FindShape(const uint32_t* keys, size_t count) {
  if (count == 0 || count > kMostKeys) return nullptr;
  for (Shape& shape : shapes_) {
    if (std::equal(keys, keys + count, shape.keys.begin(), shape.keys.end())) return &shape;
  }
  const bool has_literal =
      std::all_of(keys, keys + count, [&](uint32_t key) { return keys_.IsIdentifier(key); });
  if (!has_literal || shapes_.size() == kMostShapes) return nullptr;
  return &shapes_.emplace_back(Shape{{keys, keys + count}, 0, {}});
}

bool RecordMaker::Compile(Shape* shape) {
  std::string body = "return{";
  std::vector<v8::Local<v8::String>> parameters;
  for (size_t i = 0; i < shape->keys.size(); ++i) {
    const std::string parameter = 'p' + std::to_string(i);
    parameters.push_back(Literal(isolate_, parameter));
    body.append(keys_.text(shape->keys[i]));
    body += ':';
    body += parameter;
    body += ',';
  }
  body += '}';
  v8::ScriptCompiler::Source source(Text(isolate_, body));
  return v8::ScriptCompiler::CompileFunction(context_, &source, parameters.size(),
                                             parameters.data())
      .ToLocal(&shape->literal);
}

v8::MaybeLocal<v8::Object> RecordMaker::Make(const uint32_t* keys, v8::Local<v8::Value>* values,
                                             size_t count) {
  Shape* shape = FindShape(keys, count);
  if (shape != nullptr && shape->made++ >= kWorthCompiling) {
    if (shape->literal.IsEmpty() && !Compile(shape)) return {};
    v8::Local<v8::Value> record;
    if (!shape->literal->Call(context_, v8::Undefined(isolate_), static_cast<int>(count), values)
             .ToLocal(&record)) {
      return {};
    }
    return record.As<v8::Object>();
  }
  v8::Local<v8::Object> record = v8::Object::New(isolate_);
  for (size_t i = 0; i < count; ++i) {
    const v8::Local<v8::Name> name = keys_.value(keys[i]).As<v8::Name>();
    if (!record->CreateDataProperty(context_, name, values[i]).FromMaybe(false)) return {};
  }
  return record;
}

}  // namespace isolet
