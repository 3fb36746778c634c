#include "isolate/container_writer.h"

#include <algorithm>
#include <utility>

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

constexpr auto kOwnEnumerable =
    static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS);
// Names in a path are the value's: cut where absurd.
constexpr int kMostName = 200;
constexpr size_t kMostPath = 2000;

}  // namespace

WriteProblem ContainerWriter::Push(Frame frame) {
  if (frames_.size() >= max_depth_) return WriteProblem::kTooDeep;
  frames_.push_back(frame);
  return WriteProblem::kNone;
}

WriteProblem ContainerWriter::OpenObject(v8::Local<v8::Object> object) {
  Frame frame{ContainerKind::kObject, object, {}};
  if (!object->GetOwnPropertyNames(context_, kOwnEnumerable, v8::KeyConversionMode::kKeepNumbers)
           .ToLocal(&frame.items)) {
    return WriteProblem::kThrown;
  }
  frame.count = frame.items->Length();
  out_->Tag(WireTag::kObject);
  return Push(frame);
}

WriteProblem ContainerWriter::OpenDenseArray(v8::Local<v8::Object> object, uint32_t length) {
  Frame frame{ContainerKind::kArray, object, {}};
  frame.count = length;
  frame.tag_offset = out_->size();
  out_->Tag(WireTag::kArray);
  out_->Varint(length);
  return Push(frame);
}

WriteProblem ContainerWriter::OpenArray(v8::Local<v8::Array> array) {
  uint32_t length = array->Length();
  v8::Local<v8::Array> keys;
  if (HasEveryIndex(array, length)) {
    // Names of its own are few, such as a match of a regular expression has.
    if (!array
             ->GetPropertyNames(context_, v8::KeyCollectionMode::kOwnOnly, kOwnEnumerable,
                                v8::IndexFilter::kSkipIndices)
             .ToLocal(&keys)) {
      return WriteProblem::kThrown;
    }
    if (keys->Length() == 0) return OpenDenseArray(array, length);
  }
  if (!array->GetOwnPropertyNames(context_, kOwnEnumerable).ToLocal(&keys)) {
    return WriteProblem::kThrown;
  }
  Frame frame{ContainerKind::kSparseArray, array, keys};
  frame.count = keys->Length();
  out_->Tag(WireTag::kSparseArray);
  out_->Varint(length);
  return Push(frame);
}

// A hole is not to be seen from its value, which is that of a prototype's property
// if there is one. Ends at the first, so that a sparse array does not cost its
// length.
bool ContainerWriter::HasEveryIndex(v8::Local<v8::Array> array, uint32_t length) const {
  for (uint32_t i = 0; i < length; ++i) {
    if (!array->HasRealIndexedProperty(context_, i).FromMaybe(false)) return false;
  }
  return true;
}

WriteProblem ContainerWriter::OpenEntries(v8::Local<v8::Object> object,
                                          v8::Local<v8::Array> entries, ContainerKind kind) {
  Frame frame{kind, object, entries};
  frame.count = entries->Length();
  out_->Tag(kind == ContainerKind::kMap ? WireTag::kMap : WireTag::kSet);
  return Push(frame);
}

WriteProblem ContainerWriter::OpenError(v8::Local<v8::Object> object) {
  out_->Tag(WireTag::kError);
  WriteProblem problem = WriteErrorFields(object);
  if (problem != WriteProblem::kNone) return problem;
  Frame frame{ContainerKind::kError, object, {}};
  problem = ListErrorKeys(&frame);
  return problem == WriteProblem::kNone ? Push(frame) : problem;
}

WriteProblem ContainerWriter::WriteErrorFields(v8::Local<v8::Object> error) {
  for (const char* field : {"name", "message", "stack"}) {
    v8::Local<v8::Value> value;
    if (stacks_ == ErrorStacks::kStrip && field[0] == 's') {
      out_->Tag(WireTag::kUndefined);
      continue;
    }
    if (!error->Get(context_, Literal(isolate_, field)).ToLocal(&value)) {
      return WriteProblem::kThrown;
    }
    if (!value->IsString()) {
      out_->Tag(WireTag::kUndefined);
    } else if (!primitives_->WriteString(value.As<v8::String>())) {
      return WriteProblem::kTooLarge;
    }
  }
  return WriteProblem::kNone;
}

WriteProblem ContainerWriter::ListErrorKeys(Frame* frame) {
  v8::Local<v8::Array> names;
  if (!frame->object
           ->GetOwnPropertyNames(context_, kOwnEnumerable, v8::KeyConversionMode::kKeepNumbers)
           .ToLocal(&names)) {
    return WriteProblem::kThrown;
  }
  std::vector<v8::Local<v8::Value>> keys;
  auto is_own_field = [&](v8::Local<v8::Value> key) {
    static constexpr const char* kFields[] = {"name", "message", "stack", "cause", "errors"};
    return std::ranges::any_of(
        kFields, [&](const char* field) { return key->StrictEquals(Literal(isolate_, field)); });
  };
  for (uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> key;
    if (!names->Get(context_, i).ToLocal(&key)) return WriteProblem::kThrown;
    if (!is_own_field(key)) keys.push_back(key);
  }
  frame->visible = static_cast<uint32_t>(keys.size());
  for (const char* field : {"cause", "errors"}) {
    bool present = false;
    if (!frame->object->HasOwnProperty(context_, Literal(isolate_, field)).To(&present)) {
      return WriteProblem::kThrown;
    }
    if (present) keys.emplace_back(Literal(isolate_, field));
  }
  frame->items = v8::Array::New(isolate_, keys.data(), keys.size());
  frame->count = static_cast<uint32_t>(keys.size());
  return WriteProblem::kNone;
}

WriteProblem ContainerWriter::Next(v8::Local<v8::Value>* value) {
  Frame& frame = frames_.back();
  if (frame.index == frame.count) {
    Close();
    return WriteProblem::kNone;
  }
  switch (frame.kind) {
    case ContainerKind::kArray:
      return NextElement(frame, value);
    case ContainerKind::kMap:
    case ContainerKind::kSet:
      return frame.items->Get(context_, frame.index++).ToLocal(value) ? WriteProblem::kNone
                                                                      : WriteProblem::kThrown;
    default:
      return NextProperty(frame, value);
  }
}

WriteProblem ContainerWriter::NextElement(Frame& frame, v8::Local<v8::Value>* value) {
  uint32_t index = frame.index++;
  if (!frame.object->Get(context_, index).ToLocal(value)) return WriteProblem::kThrown;
  if (!(*value)->IsUndefined()) return WriteProblem::kNone;
  bool present = false;
  if (!frame.object->HasOwnProperty(context_, index).To(&present)) return WriteProblem::kThrown;
  if (present) return WriteProblem::kNone;
  *value = v8::Local<v8::Value>();
  out_->Tag(WireTag::kHole);
  return WriteProblem::kNone;
}

WriteProblem ContainerWriter::NextProperty(Frame& frame, v8::Local<v8::Value>* value) {
  uint32_t index = frame.index++;
  v8::Local<v8::Value> key;
  if (!frame.items->Get(context_, index).ToLocal(&key)) return WriteProblem::kThrown;
  if (frame.kind == ContainerKind::kError && index >= frame.visible) out_->Tag(WireTag::kHidden);
  if (!primitives_->Write(key)) return WriteProblem::kTooLarge;
  return frame.object->Get(context_, key).ToLocal(value) ? WriteProblem::kNone
                                                         : WriteProblem::kThrown;
}

void ContainerWriter::Close() {
  const Frame& frame = frames_.back();
  if (frame.kind != ContainerKind::kArray) {
    out_->Tag(WireTag::kEnd);
  } else if (frame.only_primitives) {
    out_->Retag(frame.tag_offset, WireTag::kPrimitiveArray);
  }
  frames_.pop_back();
}

std::string ContainerWriter::Path(std::string root) const {
  std::string path = std::move(root);
  for (const Frame& frame : frames_) {
    if (frame.index == 0) break;
    uint32_t index = frame.index - 1;
    v8::Local<v8::Value> key;
    switch (frame.kind) {
      case ContainerKind::kArray:
        path += '[';
        path += std::to_string(index);
        path += ']';
        continue;
      case ContainerKind::kMap:
        path += index % 2 == 0 ? ".key(" : ".value(";
        path += std::to_string(index / 2) + ")";
        continue;
      case ContainerKind::kSet:
        path += ".item(" + std::to_string(index) + ")";
        continue;
      default:
        break;
    }
    if (!frame.items->Get(context_, index).ToLocal(&key)) break;
    if (key->IsString()) {
      v8::Local<v8::String> name = key.As<v8::String>();
      path += '.';
      path += name->Length() <= kMostName ? ToUtf8(isolate_, name) : "<long name>";
    } else if (key->IsNumber()) {
      path += '[';
      path += std::to_string(static_cast<uint64_t>(key.As<v8::Number>()->Value()));
      path += ']';
    }
  }
  return path.size() <= kMostPath ? path : path.substr(0, kMostPath) + "…";
}

}  // namespace isolet
