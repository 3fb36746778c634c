#include "isolate/value_reader.h"

#include <utility>

namespace isolet {

ValueReader::ValueReader(const Realm& realm, FunctionPort& port, Payload& payload,
                         std::shared_ptr<MemoryBudget> budget)
    : isolate_(realm.isolate()),
      context_(realm.context()),
      port_(port),
      payload_(payload),
      in_(payload),
      primitives_(isolate_, &in_),
      buffers_(isolate_, &payload, &in_, &objects_, std::move(budget)),
      containers_(realm, &in_, &primitives_, &objects_) {}

v8::MaybeLocal<v8::String> ValueReader::ReadString() {
  WireTag tag;
  if (!in_.Tag(&tag)) return {};
  return primitives_.ReadString(tag);
}

v8::MaybeLocal<v8::Value> ValueReader::Read() {
  containers_.Clear();
  for (;;) {
    v8::Local<v8::Value> value;
    v8::Local<v8::Object> closed;
    if (!containers_.empty() && !containers_.Next(&closed)) return {};
    if (!closed.IsEmpty()) {
      value = closed;
    } else {
      switch (ReadNext(&value)) {
        case Step::kFailed:
          return {};
        case Step::kOpened:
          continue;
        case Step::kValue:
          break;
      }
    }
    if (containers_.empty()) return value;
    if (!containers_.Place(value)) return {};
  }
}

ValueReader::Step ValueReader::ReadNext(v8::Local<v8::Value>* value) {
  WireTag tag;
  if (!in_.Tag(&tag)) return Step::kFailed;
  switch (tag) {
    case WireTag::kObject: {
      v8::Local<v8::Object> record;
      if (containers_.ReadKnownRecord(&record)) return Give(record, value);
      return containers_.Open(tag) ? Step::kOpened : Step::kFailed;
    }
    case WireTag::kArray:
    case WireTag::kSparseArray:
    case WireTag::kMap:
    case WireTag::kSet:
    case WireTag::kError:
      return containers_.Open(tag) ? Step::kOpened : Step::kFailed;
    case WireTag::kPrimitiveArray:
      return Give(containers_.ReadPrimitiveArray(), value);
    case WireTag::kReference:
      return Give(ReadReference(), value);
    case WireTag::kDate:
      return Give(ReadDate(), value);
    case WireTag::kRegExp:
      return Give(ReadRegExp(), value);
    case WireTag::kBoxed:
      return Give(ReadBoxed(), value);
    case WireTag::kBuffer:
    case WireTag::kAttachedBuffer:
      return Give(buffers_.Read(tag), value);
    case WireTag::kView:
      return Give(buffers_.ReadView(), value);
    case WireTag::kFunction:
    case WireTag::kOwnFunction:
      return Give(ReadFunction(tag), value);
    case WireTag::kStream:
      return Give(ReadStream(), value);
    default:
      return primitives_.Read(tag, value) ? Step::kValue : Step::kFailed;
  }
}

ValueReader::Step ValueReader::Give(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) {
  if (object.IsEmpty()) return Step::kFailed;
  *value = object;
  return Step::kValue;
}

v8::Local<v8::Object> ValueReader::ReadReference() {
  uint64_t number = 0;
  if (!in_.Varint(&number)) return {};
  return containers_.Find(number);
}

v8::Local<v8::Object> ValueReader::ReadDate() {
  double time = 0;
  v8::Local<v8::Value> date;
  if (!in_.Double(&time) || !v8::Date::New(context_, time).ToLocal(&date)) return {};
  objects_.Add(date.As<v8::Object>());
  return date.As<v8::Object>();
}

v8::Local<v8::Object> ValueReader::ReadRegExp() {
  v8::Local<v8::String> source;
  uint32_t flags = 0;
  v8::Local<v8::RegExp> regexp;
  if (!ReadString().ToLocal(&source) || !in_.Varint32(&flags)) return {};
  // All flags that V8 knows; it checks that they go together.
  if (flags >= (1U << v8::RegExp::kFlagCount)) return {};
  if (!v8::RegExp::New(context_, source, static_cast<v8::RegExp::Flags>(flags)).ToLocal(&regexp)) {
    return {};
  }
  objects_.Add(regexp);
  return regexp;
}

v8::Local<v8::Object> ValueReader::ReadBoxed() {
  WireTag tag;
  v8::Local<v8::Value> inner;
  v8::Local<v8::Object> boxed;
  if (!in_.Tag(&tag) || !primitives_.Read(tag, &inner)) return {};
  if (inner->IsNullOrUndefined() || !inner->ToObject(context_).ToLocal(&boxed)) return {};
  objects_.Add(boxed);
  return boxed;
}

v8::MaybeLocal<v8::Value> ValueReader::ImportFunction(WireTag tag) {
  FunctionName name;
  name.tag = tag;
  v8::Local<v8::Value> function;
  if (!in_.Varint(&name.id) || !port_.Import(name).ToLocal(&function)) return {};
  if (tag == WireTag::kFunction) payload_.handles().Take(name.id);
  return function;
}

v8::Local<v8::Object> ValueReader::ReadStream() {
  StreamEnds ends;
  v8::Local<v8::Value> stream;
  for (v8::Local<v8::Function>* end : {&ends.pull, &ends.cancel}) {
    v8::Local<v8::Value> function;
    if (!ImportFunction(WireTag::kFunction).ToLocal(&function) || !function->IsFunction()) {
      return {};
    }
    *end = function.As<v8::Function>();
  }
  if (!port_.WrapStream(ends).ToLocal(&stream) || !stream->IsObject()) return {};
  objects_.Add(stream.As<v8::Object>());
  return stream.As<v8::Object>();
}

v8::Local<v8::Object> ValueReader::ReadFunction(WireTag tag) {
  v8::Local<v8::Value> function;
  if (!ImportFunction(tag).ToLocal(&function) || !function->IsObject()) return {};
  v8::Local<v8::Object> object = function.As<v8::Object>();
  if (tag == WireTag::kFunction && !containers_.Complete(object)) return {};
  objects_.Add(object);
  return object;
}

}  // namespace isolet
