#include "isolate/container_reader.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Indices that may be missing before V8 is kept from making room for them.
constexpr uint32_t kLargestGap = 32;

}  // namespace

bool ContainerReader::Complete(v8::Local<v8::Object> object) {
  return freezing_ == Freezing::kNone ||
         object->SetIntegrityLevel(context_, v8::IntegrityLevel::kFrozen).IsJust();
}

bool ContainerReader::Push(ContainerKind kind, v8::Local<v8::Object> object, uint32_t count) {
  objects_->Add(object);
  Frame frame{kind, object, {}};
  frame.count = count;
  frames_.push_back(frame);
  return true;
}

bool ContainerReader::Hold(ContainerKind kind, uint32_t count) {
  Frame frame{kind, {}, {}};
  frame.count = count;
  frame.number = objects_->Reserve();
  frame.first_key = held_keys_.size();
  frame.first_value = held_values_.size();
  frames_.push_back(frame);
  return true;
}

bool ContainerReader::Make(Frame* frame) {
  v8::Local<v8::Value>* held = held_values_.data() + frame->first_value;
  const size_t count = held_values_.size() - frame->first_value;
  if (frame->kind == ContainerKind::kArray) {
    frame->object = MakeArray(held, count, frame->count);
    if (frame->object.IsEmpty()) return false;
  } else if (!MakeRecord(frame)) {
    return false;
  }
  objects_->Fill(frame->number, frame->object);
  // Of the value that is still being read, where that is what refers to this object.
  if (held_keys_.size() > frame->first_key + count) frame->key = keys_.value(held_keys_.back());
  held_values_.resize(frame->first_value);
  held_keys_.resize(frame->first_key);
  return true;
}

bool ContainerReader::MakeRecord(Frame* frame) {
  const uint32_t* keys = held_keys_.data() + frame->first_key;
  v8::Local<v8::Value>* values = held_values_.data() + frame->first_value;
  const size_t count = held_values_.size() - frame->first_value;
  if (std::all_of(keys, keys + count, [&](uint32_t key) { return keys_.IsName(key); })) {
    return records_.Make(keys, values, count).ToLocal(&frame->object);
  }
  frame->object = v8::Object::New(isolate_);
  for (size_t i = 0; i < count; ++i) {
    frame->key = keys_.value(keys[i]);
    if (!Define(frame, values[i])) return false;
  }
  return true;
}

v8::Local<v8::Object> ContainerReader::MakeArray(v8::Local<v8::Value>* elements, size_t count,
                                                 uint32_t length) {
  const bool is_whole = count == length && std::none_of(elements, elements + count,
                                                        [](auto value) { return value.IsEmpty(); });
  if (is_whole) {
    return v8::Array::New(isolate_, elements, count);
  }
  v8::Local<v8::Array> array = v8::Array::New(isolate_, static_cast<int>(length));
  for (uint32_t i = 0; i < count; ++i) {
    if (elements[i].IsEmpty()) continue;
    if (!array->CreateDataProperty(context_, i, elements[i]).FromMaybe(false)) return {};
  }
  return array;
}

v8::Local<v8::Object> ContainerReader::Find(uint64_t number) {
  const v8::Local<v8::Object> object = objects_->Find(number);
  if (!object.IsEmpty()) return object;
  // What inner containers hold lies behind what it holds: they are made first.
  auto begun = std::ranges::find_if(frames_, [&](const Frame& frame) {
    return frame.object.IsEmpty() && frame.number == number;
  });
  const auto first = static_cast<size_t>(begun - frames_.begin());
  for (size_t i = frames_.size(); i > first; --i) {
    Frame& frame = frames_[i - 1];
    if (frame.object.IsEmpty() && !Make(&frame)) return {};
  }
  return objects_->Find(number);
}

bool ContainerReader::Open(WireTag tag) {
  switch (tag) {
    case WireTag::kObject:
      return Hold(ContainerKind::kObject, 0);
    case WireTag::kArray:
      return OpenArray();
    case WireTag::kSparseArray:
      return OpenSparseArray();
    case WireTag::kMap:
      return Push(ContainerKind::kMap, v8::Map::New(isolate_), 0);
    case WireTag::kSet:
      return Push(ContainerKind::kSet, v8::Set::New(isolate_), 0);
    case WireTag::kError:
      return OpenError();
    default:
      return false;
  }
}

bool ContainerReader::ReadArrayLength(uint32_t* length) {
  return in_->Varint32(length) && *length + awaited_ <= in_->remaining();
}

bool ContainerReader::OpenArray() {
  uint32_t length = 0;
  if (!ReadArrayLength(&length)) return false;
  awaited_ += length;
  return Hold(ContainerKind::kArray, length);
}

bool ContainerReader::OpenSparseArray() {
  uint32_t length = 0;
  if (!in_->Varint32(&length)) return false;
  v8::Local<v8::Array> array = v8::Array::New(isolate_, 0);
  // V8 makes room for all elements of an array that gets longer, up to 256 MB, unless
  // it has been so long that it keeps them in a dictionary.
  if (length > kLargestGap && !SetLength(array, UINT32_MAX)) return false;
  return SetLength(array, length) && Push(ContainerKind::kSparseArray, array, 0);
}

bool ContainerReader::SetLength(v8::Local<v8::Array> array, uint32_t length) {
  // An own property of every array: no setter can be met.
  return array
      ->Set(context_, Literal(isolate_, "length"), v8::Integer::NewFromUnsigned(isolate_, length))
      .FromMaybe(false);
}

v8::Local<v8::Object> ContainerReader::ReadPrimitiveArray() {
  uint32_t length = 0;
  if (!ReadArrayLength(&length)) return {};
  const size_t first = held_values_.size();
  held_values_.resize(first + length);
  for (size_t i = first; i < first + length; ++i) {
    WireTag tag;
    if (!in_->Tag(&tag)) return {};
    if (tag != WireTag::kHole && !primitives_->Read(tag, &held_values_[i])) return {};
  }
  v8::Local<v8::Object> array = MakeArray(held_values_.data() + first, length, length);
  held_values_.resize(first);
  if (array.IsEmpty() || !Complete(array)) return {};
  objects_->Add(array);
  return array;
}

bool ContainerReader::ReadKnownRecord(v8::Local<v8::Object>* object) {
  constexpr size_t kMostKeys = 16;
  if (realm_.shapes().empty()) return false;
  std::string_view keys[kMostKeys];
  v8::Local<v8::Value> values[kMostKeys];
  size_t count = 0;
  // Looked at before anything is made of it.
  WireReader ahead = *in_;
  for (; !ahead.NextIs(WireTag::kEnd); ++count) {
    if (count == kMostKeys || !ahead.OneByteString(&keys[count]) || keys[count].empty() ||
        !ahead.SkipPrimitive()) {
      return false;
    }
  }
  if (count == 0) return false;
  const std::shared_ptr<RecordShape> shape = realm_.shapes().Find({keys, count});
  if (shape == nullptr || !shape->HasFunction()) return false;
  shape->Count();
  for (size_t i = 0; i < count; ++i) {
    WireTag tag;
    if (!in_->OneByteString(&keys[i]) || !in_->Tag(&tag) || !primitives_->Read(tag, &values[i])) {
      return true;
    }
  }
  WireTag end;
  if (in_->Tag(&end) && shape->Make(context_, values).ToLocal(object)) {
    objects_->Add(*object);
    if (!Complete(*object)) *object = {};
  }
  return true;
}

bool ContainerReader::OpenError() {
  v8::Local<v8::Value> fields[3];
  for (v8::Local<v8::Value>& field : fields) {
    WireTag tag;
    if (!in_->Tag(&tag) || !primitives_->Read(tag, &field)) return false;
    if (!field->IsString() && !field->IsUndefined()) return false;
  }
  auto text = [&](v8::Local<v8::Value> field, const char* otherwise) {
    return field->IsString() ? field.As<v8::String>() : Literal(isolate_, otherwise);
  };
  v8::Local<v8::Object> error = realm_.NewError(text(fields[0], "Error"), text(fields[1], ""));
  // V8's own stack first goes away: defining over it would have it formatted, which
  // is work, and by code of the realm where that has set Error.prepareStackTrace.
  v8::Local<v8::String> stack = Literal(isolate_, "stack");
  if (fields[2]->IsString() &&
      !(error->Delete(context_, stack).FromMaybe(false) && DefineHidden(error, stack, fields[2]))) {
    return false;
  }
  return Push(ContainerKind::kError, error, 0);
}

bool ContainerReader::Next(v8::Local<v8::Object>* closed) {
  Frame& frame = frames_.back();
  WireTag tag;
  if (frame.kind == ContainerKind::kArray) {
    while (frame.index < frame.count) {
      ++frame.index;
      --awaited_;
      if (!in_->NextIs(WireTag::kHole)) return true;
      in_->Tag(&tag);
      if (frame.object.IsEmpty()) held_values_.emplace_back();
    }
  } else if (in_->NextIs(WireTag::kEnd)) {
    in_->Tag(&tag);
    // A Map needs its last key's value.
    if (frame.kind == ContainerKind::kMap && !frame.key.IsEmpty()) return false;
  } else if (frame.kind == ContainerKind::kMap || frame.kind == ContainerKind::kSet) {
    return true;
  } else if (frame.kind == ContainerKind::kObject) {
    return ReadRecordKey(&frame);
  } else {
    return ReadKey(&frame);
  }
  if (frame.object.IsEmpty() && !Make(&frame)) return false;
  *closed = frame.object;
  bool can_freeze = frame.kind == ContainerKind::kObject || frame.kind == ContainerKind::kArray ||
                    frame.kind == ContainerKind::kSparseArray;
  frames_.pop_back();
  return !can_freeze || Complete(*closed);
}

bool ContainerReader::ReadRecordKey(Frame* frame) {
  uint32_t key = 0;
  WireTag tag;
  if (!in_->Tag(&tag)) return false;
  if (tag == WireTag::kOneByteString) {
    uint32_t length = 0;
    const uint8_t* bytes = nullptr;
    if (!in_->Varint32(&length) || !in_->Bytes(length, &bytes) ||
        !keys_.Find(bytes, length, &key)) {
      return false;
    }
  } else {
    v8::Local<v8::Value> value;
    if (!primitives_->Read(tag, &value) || !(value->IsString() || value->IsNumber())) return false;
    key = keys_.Add(value);
  }
  if (frame->object.IsEmpty()) {
    held_keys_.push_back(key);
  } else {
    frame->key = keys_.value(key);
  }
  return true;
}

bool ContainerReader::ReadKey(Frame* frame) {
  WireTag tag;
  frame->hidden = frame->kind == ContainerKind::kError && in_->NextIs(WireTag::kHidden);
  if (frame->hidden) in_->Tag(&tag);
  if (!in_->Tag(&tag) || !primitives_->Read(tag, &frame->key)) return false;
  if (!frame->key->IsString() && !frame->key->IsNumber()) return false;
  if (frame->kind != ContainerKind::kError) return true;
  auto is_one_of = [&](std::initializer_list<const char*> fields) {
    return std::ranges::any_of(fields, [&](const char* field) {
      return frame->key->StrictEquals(Literal(isolate_, field));
    });
  };
  // The first came before, and are none of its properties.
  return !is_one_of({"name", "message", "stack"}) &&
         frame->hidden == is_one_of({"cause", "errors"});
}

bool ContainerReader::Place(v8::Local<v8::Value> value) {
  Frame& frame = frames_.back();
  if (frame.object.IsEmpty()) {
    held_values_.push_back(value);
    return true;
  }
  switch (frame.kind) {
    case ContainerKind::kArray:
      return frame.object->CreateDataProperty(context_, frame.index - 1, value).FromMaybe(false);
    case ContainerKind::kObject:
    case ContainerKind::kSparseArray:
    case ContainerKind::kError:
      return Define(&frame, value);
    case ContainerKind::kSet:
      return !frame.object.As<v8::Set>()->Add(context_, value).IsEmpty();
    case ContainerKind::kMap:
      if (frame.key.IsEmpty()) {
        frame.key = value;
        return true;
      }
      return !frame.object.As<v8::Map>()
                  ->Set(context_, std::exchange(frame.key, v8::Local<v8::Value>()), value)
                  .IsEmpty();
  }
  return false;
}

bool ContainerReader::Define(Frame* frame, v8::Local<v8::Value> value) {
  if (frame->hidden) return DefineHidden(frame->object, frame->key, value);
  v8::Local<v8::Uint32> index;
  v8::Local<v8::String> name;
  if (frame->key->ToArrayIndex(context_).ToLocal(&index)) {
    return DefineElement(frame, index->Value(), value);
  }
  return frame->key->ToString(context_).ToLocal(&name) &&
         frame->object->CreateDataProperty(context_, name, value).FromMaybe(false);
}

bool ContainerReader::DefineElement(Frame* frame, uint32_t index, v8::Local<v8::Value> value) {
  // V8 makes room for all that is missing, a thousand elements and more, unless one
  // that is not enumerable, if only for a moment, makes it keep a dictionary for good.
  if (index > frame->index && index - frame->index > kLargestGap) {
    if (!DefineHidden(frame->object, frame->key, value)) return false;
    frame->index = UINT32_MAX;
  }
  frame->index = std::max(frame->index, index);
  return frame->object->CreateDataProperty(context_, index, value).FromMaybe(false);
}

bool ContainerReader::DefineHidden(v8::Local<v8::Object> object, v8::Local<v8::Value> key,
                                   v8::Local<v8::Value> value) {
  v8::Local<v8::String> name;
  if (!key->ToString(context_).ToLocal(&name)) return false;
  return object->DefineOwnProperty(context_, name, value, v8::DontEnum).FromMaybe(false);
}

}  // namespace isolet
