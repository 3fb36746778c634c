#include "isolate/value_reader.h"

#include <cstdlib>
#include <utility>

#include "isolate/v8_strings.h"
#include "isolate/view_kind.h"

namespace isolet {
namespace {

// A backing store's memory outlives neither its charge nor its owner.
struct AttachedStore {
  std::shared_ptr<void> owner;
  std::shared_ptr<MemoryBudget> budget;
};

void ThrowBufferRefused(v8::Isolate* isolate) {
  isolate->ThrowException(
      v8::Exception::RangeError(Literal(isolate, "Array buffer allocation failed")));
}

}  // namespace

ValueReader::ValueReader(const Realm& realm, FunctionPort& port, Payload& payload,
                         std::shared_ptr<MemoryBudget> budget)
    : realm_(realm),
      isolate_(realm.isolate()),
      context_(realm.context()),
      port_(port),
      payload_(payload),
      in_(payload),
      primitives_(isolate_, &in_),
      budget_(std::move(budget)) {}

v8::MaybeLocal<v8::String> ValueReader::ReadString() {
  WireTag tag;
  if (!in_.Tag(&tag)) return {};
  return primitives_.ReadString(tag);
}

v8::MaybeLocal<v8::Value> ValueReader::Read() {
  frames_.clear();
  for (;;) {
    v8::Local<v8::Value> value;
    bool closed = false;
    if (!frames_.empty()) {
      if (!PrepareFrame(&closed)) return {};
      if (closed) {
        value = frames_.back().object;
        frames_.pop_back();
      }
    }
    if (!closed) {
      switch (ReadNext(&value)) {
        case Step::kFailed:
          return {};
        case Step::kOpened:
          continue;
        case Step::kValue:
          break;
      }
    }
    if (frames_.empty()) return value;
    if (!Place(value)) return {};
  }
}

ValueReader::Step ValueReader::Number(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) {
  if (object.IsEmpty()) return Step::kFailed;
  objects_.push_back(object);
  *value = object;
  return Step::kValue;
}

ValueReader::Step ValueReader::Open(FrameKind kind, v8::Local<v8::Object> object, uint32_t count) {
  objects_.push_back(object);
  Frame frame{kind, object, {}};
  frame.count = count;
  frames_.push_back(frame);
  return Step::kOpened;
}

bool ValueReader::PrepareFrame(bool* closed) {
  Frame& frame = frames_.back();
  if (frame.kind == FrameKind::kArray) {
    while (frame.index < frame.count && in_.NextIs(WireTag::kHole)) {
      WireTag hole;
      in_.Tag(&hole);
      ++frame.index;
    }
    *closed = frame.index == frame.count;
  } else if (in_.NextIs(WireTag::kEnd)) {
    WireTag end;
    in_.Tag(&end);
    // A Map needs its last key's value.
    if (frame.kind == FrameKind::kMap && !frame.key.IsEmpty()) return false;
    *closed = true;
  } else if (frame.kind != FrameKind::kMap && frame.kind != FrameKind::kSet) {
    frame.hidden = in_.NextIs(WireTag::kHidden);
    WireTag tag;
    if (frame.hidden) in_.Tag(&tag);
    if (!in_.Tag(&tag) || !primitives_.Read(tag, &frame.key)) return false;
    if (!frame.key->IsName() && !frame.key->IsNumber()) return false;
  }
  if (*closed && freezing_ == Freezing::kDeep &&
      (frame.kind == FrameKind::kObject || frame.kind == FrameKind::kArray ||
       frame.kind == FrameKind::kSparseArray)) {
    return frame.object->SetIntegrityLevel(context_, v8::IntegrityLevel::kFrozen).IsJust();
  }
  return true;
}

bool ValueReader::Define(v8::Local<v8::Object> object, v8::Local<v8::Value> key,
                         v8::Local<v8::Value> value) {
  if (key->IsUint32()) {
    return object->CreateDataProperty(context_, key.As<v8::Uint32>()->Value(), value)
        .FromMaybe(false);
  }
  v8::Local<v8::String> name;
  if (!key->ToString(context_).ToLocal(&name)) return false;
  return object->CreateDataProperty(context_, name, value).FromMaybe(false);
}

bool ValueReader::Place(v8::Local<v8::Value> value) {
  Frame& frame = frames_.back();
  switch (frame.kind) {
    case FrameKind::kArray:
      return frame.object->CreateDataProperty(context_, frame.index++, value).FromMaybe(false);
    case FrameKind::kObject:
    case FrameKind::kSparseArray:
      return Define(frame.object, frame.key, value);
    case FrameKind::kError: {
      if (!frame.hidden) return Define(frame.object, frame.key, value);
      v8::Local<v8::String> name;
      if (!frame.key->ToString(context_).ToLocal(&name)) return false;
      return frame.object->DefineOwnProperty(context_, name, value, v8::DontEnum).FromMaybe(false);
    }
    case FrameKind::kSet:
      return !frame.object.As<v8::Set>()->Add(context_, value).IsEmpty();
    case FrameKind::kMap:
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

ValueReader::Step ValueReader::ReadNext(v8::Local<v8::Value>* value) {
  WireTag tag;
  if (!in_.Tag(&tag)) return Step::kFailed;
  switch (tag) {
    case WireTag::kObject:
      return Open(FrameKind::kObject, v8::Object::New(isolate_), 0);
    case WireTag::kArray:
    case WireTag::kPrimitiveArray:
    case WireTag::kSparseArray:
      return ReadArray(tag, value);
    case WireTag::kMap:
      return Open(FrameKind::kMap, v8::Map::New(isolate_), 0);
    case WireTag::kSet:
      return Open(FrameKind::kSet, v8::Set::New(isolate_), 0);
    case WireTag::kError:
      return ReadError();
    case WireTag::kReference: {
      uint64_t number = 0;
      if (!in_.Varint(&number) || number >= objects_.size()) return Step::kFailed;
      if (objects_[number].IsEmpty()) return Step::kFailed;
      *value = objects_[number];
      return Step::kValue;
    }
    case WireTag::kDate: {
      double time = 0;
      v8::Local<v8::Value> date;
      if (!in_.Double(&time) || !v8::Date::New(context_, time).ToLocal(&date)) {
        return Step::kFailed;
      }
      return Number(date.As<v8::Object>(), value);
    }
    case WireTag::kRegExp:
      return ReadRegExp(value);
    case WireTag::kBoxed:
      return ReadBoxed(value);
    case WireTag::kBuffer:
    case WireTag::kAttachedBuffer:
      return ReadBuffer(tag, value);
    case WireTag::kView:
      return ReadView(value);
    case WireTag::kFunction:
    case WireTag::kOwnFunction:
      return ReadFunction(tag, value);
    default:
      return primitives_.Read(tag, value) ? Step::kValue : Step::kFailed;
  }
}

ValueReader::Step ValueReader::ReadArray(WireTag tag, v8::Local<v8::Value>* value) {
  uint32_t length = 0;
  if (tag == WireTag::kPrimitiveArray) return ReadPrimitiveArray(value);
  if (!in_.Varint32(&length)) return Step::kFailed;
  if (tag == WireTag::kSparseArray) {
    v8::Local<v8::Array> array = v8::Array::New(isolate_, 0);
    // An own property of every array: no setter can be met.
    if (!array
             ->Set(context_, Literal(isolate_, "length"),
                   v8::Integer::NewFromUnsigned(isolate_, length))
             .FromMaybe(false)) {
      return Step::kFailed;
    }
    return Open(FrameKind::kSparseArray, array, 0);
  }
  // Each element takes a byte at least: a larger length is a lie.
  if (length > in_.remaining()) return Step::kFailed;
  return Open(FrameKind::kArray, v8::Array::New(isolate_, static_cast<int>(length)), length);
}

// Nothing in it can refer to the array, so that it can be made last and at once.
ValueReader::Step ValueReader::ReadPrimitiveArray(v8::Local<v8::Value>* value) {
  uint32_t length = 0;
  if (!in_.Varint32(&length) || length > in_.remaining()) return Step::kFailed;
  std::vector<v8::Local<v8::Value>> elements(length);
  bool holes = false;
  for (uint32_t i = 0; i < length; ++i) {
    WireTag tag;
    if (!in_.Tag(&tag)) return Step::kFailed;
    if (tag == WireTag::kHole) {
      holes = true;
    } else if (!primitives_.Read(tag, &elements[i])) {
      return Step::kFailed;
    }
  }
  v8::Local<v8::Array> array;
  if (!holes) {
    array = v8::Array::New(isolate_, elements.data(), length);
  } else {
    array = v8::Array::New(isolate_, static_cast<int>(length));
    for (uint32_t i = 0; i < length; ++i) {
      if (elements[i].IsEmpty()) continue;
      if (!array->CreateDataProperty(context_, i, elements[i]).FromMaybe(false)) {
        return Step::kFailed;
      }
    }
  }
  if (freezing_ == Freezing::kDeep &&
      array->SetIntegrityLevel(context_, v8::IntegrityLevel::kFrozen).IsNothing()) {
    return Step::kFailed;
  }
  return Number(array, value);
}

ValueReader::Step ValueReader::ReadError() {
  v8::Local<v8::Value> fields[3];
  for (v8::Local<v8::Value>& field : fields) {
    WireTag tag;
    if (!in_.Tag(&tag) || !primitives_.Read(tag, &field)) return Step::kFailed;
    if (!field->IsString() && !field->IsUndefined()) return Step::kFailed;
  }
  auto text = [&](v8::Local<v8::Value> field, const char* otherwise) {
    return field->IsString() ? field.As<v8::String>() : Literal(isolate_, otherwise);
  };
  v8::Local<v8::Object> error = realm_.NewError(text(fields[0], "Error"), text(fields[1], ""));
  if (fields[2]->IsString() &&
      !error->DefineOwnProperty(context_, Literal(isolate_, "stack"), fields[2], v8::DontEnum)
           .FromMaybe(false)) {
    return Step::kFailed;
  }
  return Open(FrameKind::kError, error, 0);
}

ValueReader::Step ValueReader::ReadRegExp(v8::Local<v8::Value>* value) {
  v8::Local<v8::String> source;
  uint32_t flags = 0;
  v8::Local<v8::RegExp> regexp;
  if (!ReadString().ToLocal(&source) || !in_.Varint32(&flags)) return Step::kFailed;
  // All flags that V8 knows; it checks that they go together.
  if (flags >= (1U << v8::RegExp::kFlagCount)) return Step::kFailed;
  if (!v8::RegExp::New(context_, source, static_cast<v8::RegExp::Flags>(flags)).ToLocal(&regexp)) {
    return Step::kFailed;
  }
  return Number(regexp, value);
}

ValueReader::Step ValueReader::ReadBoxed(v8::Local<v8::Value>* value) {
  WireTag tag;
  v8::Local<v8::Value> inner;
  if (!in_.Tag(&tag) || !primitives_.Read(tag, &inner)) return Step::kFailed;
  v8::Local<v8::Object> boxed;
  if (inner->IsNullOrUndefined() || !inner->ToObject(context_).ToLocal(&boxed)) {
    return Step::kFailed;
  }
  return Number(boxed, value);
}

ValueReader::Step ValueReader::ReadBuffer(WireTag tag, v8::Local<v8::Value>* value) {
  if (tag == WireTag::kBuffer) {
    uint64_t length = 0;
    const uint8_t* bytes = nullptr;
    if (!in_.Varint(&length) || !in_.Bytes(length, &bytes)) return Step::kFailed;
    // Not ArrayBuffer::New, which ends the process where the allocator refuses.
    void* data = std::calloc(length > 0 ? length : 1, 1);
    if (data == nullptr) {
      ThrowBufferRefused(isolate_);
      return Step::kFailed;
    }
    if (length > 0) std::memcpy(data, bytes, length);
    Attachment attachment{std::shared_ptr<void>(data, std::free), data,
                          static_cast<size_t>(length)};
    return Adopt(&attachment, value);
  }
  uint32_t index = 0;
  if (!in_.Varint32(&index)) return Step::kFailed;
  return Adopt(payload_.FindAttachment(index), value);
}

// Makes an ArrayBuffer over an attachment's memory, charged to the budget.
ValueReader::Step ValueReader::Adopt(Attachment* attachment, v8::Local<v8::Value>* value) {
  if (attachment == nullptr || attachment->data == nullptr) return Step::kFailed;
  if (budget_ != nullptr && !budget_->Charge(attachment->size)) {
    ThrowBufferRefused(isolate_);
    return Step::kFailed;
  }
  // Copied, not moved: the report of a death is read once for every caller.
  auto* store = new AttachedStore{attachment->owner, budget_};
  auto release = [](void*, size_t size, void* deleter_data) {
    auto* held = static_cast<AttachedStore*>(deleter_data);
    if (held->budget != nullptr) held->budget->Refund(size);
    delete held;
  };
  std::unique_ptr<v8::BackingStore> backing =
      v8::ArrayBuffer::NewBackingStore(attachment->data, attachment->size, release, store);
  return Number(v8::ArrayBuffer::New(isolate_, std::move(backing)), value);
}

ValueReader::Step ValueReader::ReadView(v8::Local<v8::Value>* value) {
  uint8_t kind_byte = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  size_t number = objects_.size();
  objects_.emplace_back();  // the view's number; its buffer's comes after it
  if (!in_.Byte(&kind_byte) || kind_byte > static_cast<uint8_t>(ViewKind::kDataView) ||
      !in_.Varint(&offset) || !in_.Varint(&length)) {
    return Step::kFailed;
  }
  v8::Local<v8::Value> buffer_value;
  if (!in_.NextIs(WireTag::kReference) && !in_.NextIs(WireTag::kBuffer) &&
      !in_.NextIs(WireTag::kAttachedBuffer)) {
    return Step::kFailed;
  }
  if (ReadNext(&buffer_value) != Step::kValue || !buffer_value->IsArrayBuffer()) {
    return Step::kFailed;
  }
  auto buffer = buffer_value.As<v8::ArrayBuffer>();
  auto kind = static_cast<ViewKind>(kind_byte);
  size_t size = ElementSize(kind);
  size_t available = buffer->ByteLength();
  if (offset > available || offset % size != 0 || length > (available - offset) / size) {
    return Step::kFailed;
  }
  v8::Local<v8::Object> view = NewView(kind, buffer, offset, length);
  if (view.IsEmpty()) return Step::kFailed;
  objects_[number] = view;
  *value = view;
  return Step::kValue;
}

ValueReader::Step ValueReader::ReadFunction(WireTag tag, v8::Local<v8::Value>* value) {
  FunctionName name;
  name.tag = tag;
  v8::Local<v8::Value> function;
  if (!in_.Varint(&name.id) || !port_.Import(name).ToLocal(&function)) return Step::kFailed;
  if (!function->IsObject()) return Step::kFailed;
  if (freezing_ == Freezing::kDeep && tag == WireTag::kFunction &&
      function.As<v8::Object>()
          ->SetIntegrityLevel(context_, v8::IntegrityLevel::kFrozen)
          .IsNothing()) {
    return Step::kFailed;
  }
  return Number(function.As<v8::Object>(), value);
}

}  // namespace isolet
