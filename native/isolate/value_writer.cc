#include "isolate/value_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "isolate/cloneability.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Above this length an array is asked which indices it has, so that a sparse one
// does not cost its length.
constexpr uint32_t kAlwaysDense = 64;
constexpr uint32_t kStepsBetweenStopChecks = 256;

}  // namespace

ValueWriter::ValueWriter(const Realm& realm, FunctionPort& port, Payload& payload,
                         const RuntimeLimits& limits, ErrorStacks stacks)
    : isolate_(realm.isolate()),
      context_(realm.context()),
      port_(port),
      out_(payload),
      meter_(payload, limits.max_serialization_bytes),
      primitives_(isolate_, &out_, &meter_),
      buffers_(&out_, &meter_, &objects_),
      limits_(limits),
      stacks_(stacks) {}

bool ValueWriter::WriteTree(v8::Local<v8::Value> value, std::string_view root) {
  root_ = root;
  frames_.clear();
  bool written = !meter_.exceeded() && WriteObject(value, v8::Undefined(isolate_));
  while (written && !frames_.empty()) written = Advance();
  if (written) return true;
  if (meter_.exceeded()) problem_ = WriteProblem::kTooLarge;
  if (problem_ != WriteProblem::kThrown && problem_ != WriteProblem::kStopped) path_ = Path();
  return false;
}

bool ValueWriter::Advance() {
  Frame& frame = frames_.back();
  if (frame.index == frame.count) {
    bool closed_by_count = frame.kind == FrameKind::kArray;
    if (closed_by_count) {
      if (frame.only_primitives) out_.Retag(frame.tag_offset, WireTag::kPrimitiveArray);
    } else {
      out_.Tag(WireTag::kEnd);
    }
    frames_.pop_back();
    return true;
  }
  if (++steps_ % kStepsBetweenStopChecks == 0) {
    if (port_.ShouldStop()) return Fail(WriteProblem::kStopped);
    if (!meter_.HasRoom(0)) return false;
  }
  v8::Local<v8::Value> value;
  if (!NextValue(frame, &value)) return false;
  if (value.IsEmpty()) {  // a hole
    out_.Tag(WireTag::kHole);
    return true;
  }
  if (primitives_.Write(value)) return true;
  if (meter_.exceeded()) return false;
  frame.only_primitives = false;
  // `frame` may move when an object opens another.
  return WriteObject(value, frame.object);
}

// Reads what comes next in `frame`, its key written; leaves `value` empty for a
// hole.
bool ValueWriter::NextValue(Frame& frame, v8::Local<v8::Value>* value) {
  uint32_t index = frame.index++;
  switch (frame.kind) {
    case FrameKind::kArray: {
      if (!frame.object->Get(context_, index).ToLocal(value)) return Fail(WriteProblem::kThrown);
      if ((*value)->IsUndefined()) {
        bool present = false;
        if (!frame.object->HasOwnProperty(context_, index).To(&present)) {
          return Fail(WriteProblem::kThrown);
        }
        if (!present) *value = v8::Local<v8::Value>();
      }
      return true;
    }
    case FrameKind::kMap:
    case FrameKind::kSet:
      if (!frame.items->Get(context_, index).ToLocal(value)) return Fail(WriteProblem::kThrown);
      return true;
    case FrameKind::kObject:
    case FrameKind::kSparseArray:
    case FrameKind::kError: {
      v8::Local<v8::Value> key;
      if (!frame.items->Get(context_, index).ToLocal(&key)) return Fail(WriteProblem::kThrown);
      if (frame.kind == FrameKind::kError && index >= frame.visible) out_.Tag(WireTag::kHidden);
      if (!primitives_.Write(key)) return false;
      if (!frame.object->Get(context_, key).ToLocal(value)) return Fail(WriteProblem::kThrown);
      return true;
    }
  }
  return false;
}

bool ValueWriter::WriteObject(v8::Local<v8::Value> value, v8::Local<v8::Value> receiver) {
  if (value->IsSymbol()) return Refuse("a symbol");
  if (!value->IsObject()) return Refuse("a value of an unknown kind");
  v8::Local<v8::Object> object = value.As<v8::Object>();
  if (value->IsFunction()) return WriteFunction(value.As<v8::Function>(), receiver);

  int64_t met = objects_.Recall(object);
  if (met >= 0) {
    return WriteReference(met);
  }
  if (value->IsProxy()) {
    // A proxy of a plain object or an array crosses by what its traps show; the
    // hidden state of anything else is out of reach through one.
    v8::Local<v8::Value> target = value;
    while (target->IsProxy()) target = target.As<v8::Proxy>()->GetTarget();
    if (!target->IsObject()) return Refuse("a revoked proxy");
    if (UncloneableKind(target) != nullptr || IsBuiltInWithState(target)) {
      return Refuse("a proxy of what can't cross through one");
    }
    if (!target->IsArray()) return OpenObject(object);
    v8::Local<v8::Value> length;
    if (!object->Get(context_, Literal(isolate_, "length")).ToLocal(&length)) {
      return Fail(WriteProblem::kThrown);
    }
    if (!length->IsUint32()) return Refuse("a proxy of an array without a length");
    return OpenDenseArray(object, length.As<v8::Uint32>()->Value());
  }
  if (value->IsArray()) return OpenArray(value.As<v8::Array>());
  if (value->IsDate()) {
    out_.Tag(WireTag::kDate);
    out_.Double(value.As<v8::Date>()->ValueOf());
    return true;
  }
  if (value->IsRegExp()) return WriteRegExp(value.As<v8::RegExp>());
  if (value->IsMap()) return OpenEntries(object, value.As<v8::Map>()->AsArray(), FrameKind::kMap);
  if (value->IsSet()) return OpenEntries(object, value.As<v8::Set>()->AsArray(), FrameKind::kSet);
  if (value->IsNativeError()) return OpenError(object);
  if (value->IsArrayBuffer()) {
    auto buffer = value.As<v8::ArrayBuffer>();
    return TakeRefusal(buffers_.Write(buffer, 0, buffer->ByteLength()));
  }
  if (value->IsArrayBufferView()) {
    return TakeRefusal(buffers_.WriteView(value.As<v8::ArrayBufferView>()));
  }
  const char* uncloneable = UncloneableKind(value);
  if (uncloneable != nullptr) return Refuse(uncloneable);
  if (IsBoxed(value)) {
    out_.Tag(WireTag::kBoxed);
    return primitives_.Write(Unbox(isolate_, value));
  }
  return OpenObject(object);
}

bool ValueWriter::WriteReference(int64_t number) {
  out_.Tag(WireTag::kReference);
  out_.Varint(static_cast<uint64_t>(number));
  return true;
}

bool ValueWriter::WriteRegExp(v8::Local<v8::RegExp> regexp) {
  out_.Tag(WireTag::kRegExp);
  if (!primitives_.WriteString(regexp->GetSource())) return false;
  out_.Varint(static_cast<uint32_t>(regexp->GetFlags()));
  return true;
}

bool ValueWriter::WriteFunction(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver) {
  int64_t met = objects_.Recall(function);
  if (met >= 0) {
    return WriteReference(met);
  }
  FunctionName name;
  Refusal refusal;
  if (!port_.Export(function, receiver, &name, &refusal)) {
    refusal_ = refusal.kind;
    return Refuse(refusal.what);
  }
  if (name.tag == WireTag::kFunction) exported_.push_back(name.id);
  out_.Tag(name.tag);
  out_.Varint(name.id);
  return true;
}

void ValueWriter::WithdrawFunctions() {
  for (uint64_t id : exported_) port_.Withdraw(id);
  exported_.clear();
}

bool ValueWriter::OpenObject(v8::Local<v8::Object> object) {
  Frame frame{FrameKind::kObject, object, {}};
  if (!object
           ->GetOwnPropertyNames(
               context_, static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
               v8::KeyConversionMode::kKeepNumbers)
           .ToLocal(&frame.items)) {
    return Fail(WriteProblem::kThrown);
  }
  frame.count = frame.items->Length();
  out_.Tag(WireTag::kObject);
  return Push(frame);
}

bool ValueWriter::OpenDenseArray(v8::Local<v8::Object> object, uint32_t length) {
  Frame frame{FrameKind::kArray, object, {}};
  frame.count = length;
  frame.tag_offset = out_.size();
  out_.Tag(WireTag::kArray);
  out_.Varint(length);
  return Push(frame);
}

bool ValueWriter::OpenArray(v8::Local<v8::Array> array) {
  uint32_t length = array->Length();
  constexpr auto kFilter = static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS);
  // A short array without names of its own, such as a match of a regular
  // expression has, is looked at element by element; a long one is asked which
  // it has, so that a sparse one does not cost its length.
  v8::Local<v8::Array> keys;
  v8::IndexFilter indices =
      length <= kAlwaysDense ? v8::IndexFilter::kSkipIndices : v8::IndexFilter::kIncludeIndices;
  if (!array->GetPropertyNames(context_, v8::KeyCollectionMode::kOwnOnly, kFilter, indices)
           .ToLocal(&keys)) {
    return Fail(WriteProblem::kThrown);
  }
  if (keys->Length() == (length <= kAlwaysDense ? 0 : length)) {
    // As many as there are indices, and indices come first: no name is among
    // them unless a hole is.
    v8::Local<v8::Value> last;
    if (keys->Length() == 0) return OpenDenseArray(array, length);
    if (!keys->Get(context_, length - 1).ToLocal(&last)) return Fail(WriteProblem::kThrown);
    if (last->IsUint32()) return OpenDenseArray(array, length);
  }
  if (length <= kAlwaysDense && !array->GetOwnPropertyNames(context_, kFilter).ToLocal(&keys)) {
    return Fail(WriteProblem::kThrown);
  }
  Frame frame{FrameKind::kSparseArray, array, keys};
  frame.count = keys->Length();
  out_.Tag(WireTag::kSparseArray);
  out_.Varint(length);
  return Push(frame);
}

bool ValueWriter::OpenEntries(v8::Local<v8::Object> object, v8::Local<v8::Array> entries,
                              FrameKind kind) {
  Frame frame{kind, object, entries};
  frame.count = entries->Length();
  out_.Tag(kind == FrameKind::kMap ? WireTag::kMap : WireTag::kSet);
  return Push(frame);
}

bool ValueWriter::OpenError(v8::Local<v8::Object> object) {
  out_.Tag(WireTag::kError);
  for (const char* field : {"name", "message", "stack"}) {
    v8::Local<v8::Value> value;
    if (stacks_ == ErrorStacks::kStrip && field[0] == 's') {
      out_.Tag(WireTag::kUndefined);
      continue;
    }
    if (!object->Get(context_, Literal(isolate_, field)).ToLocal(&value)) {
      return Fail(WriteProblem::kThrown);
    }
    if (!value->IsString()) {
      out_.Tag(WireTag::kUndefined);
    } else if (!primitives_.WriteString(value.As<v8::String>())) {
      return false;
    }
  }
  Frame frame{FrameKind::kError, object, {}};
  v8::Local<v8::Array> names;
  if (!object
           ->GetOwnPropertyNames(
               context_, static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
               v8::KeyConversionMode::kKeepNumbers)
           .ToLocal(&names)) {
    return Fail(WriteProblem::kThrown);
  }
  std::vector<v8::Local<v8::Value>> keys;
  auto is_own_field = [&](v8::Local<v8::Value> key) {
    static constexpr const char* kFields[] = {"name", "message", "stack", "cause", "errors"};
    return std::ranges::any_of(
        kFields, [&](const char* field) { return key->StrictEquals(Literal(isolate_, field)); });
  };
  for (uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> key;
    if (!names->Get(context_, i).ToLocal(&key)) return Fail(WriteProblem::kThrown);
    if (!is_own_field(key)) keys.push_back(key);
  }
  frame.visible = static_cast<uint32_t>(keys.size());
  for (const char* field : {"cause", "errors"}) {
    bool present = false;
    if (!object->HasOwnProperty(context_, Literal(isolate_, field)).To(&present)) {
      return Fail(WriteProblem::kThrown);
    }
    if (present) keys.emplace_back(Literal(isolate_, field));
  }
  frame.items = v8::Array::New(isolate_, keys.data(), keys.size());
  frame.count = static_cast<uint32_t>(keys.size());
  return Push(frame);
}

bool ValueWriter::Push(Frame frame) {
  if (frames_.size() >= limits_.max_serialization_depth) {
    seen_ = static_cast<double>(frames_.size() + 1);
    return Fail(WriteProblem::kTooDeep);
  }
  frames_.push_back(frame);
  return true;
}

bool ValueWriter::TakeRefusal(const char* what) {
  return what != nullptr ? Refuse(what) : !meter_.exceeded();
}

bool ValueWriter::Refuse(std::string_view what) {
  what_ = what;
  return Fail(WriteProblem::kUncloneable);
}

std::string ValueWriter::Path() const {
  std::string path = root_;
  for (const Frame& frame : frames_) {
    if (frame.index == 0) break;
    uint32_t index = frame.index - 1;
    v8::Local<v8::Value> key;
    switch (frame.kind) {
      case FrameKind::kArray:
        path += '[';
        path += std::to_string(index);
        path += ']';
        continue;
      case FrameKind::kMap:
        path += index % 2 == 0 ? ".key(" : ".value(";
        path += std::to_string(index / 2) + ")";
        continue;
      case FrameKind::kSet:
        path += ".item(" + std::to_string(index) + ")";
        continue;
      default:
        break;
    }
    if (!frame.items->Get(context_, index).ToLocal(&key)) break;
    if (key->IsString()) {
      // Names are the plugin's: quoted, and cut where absurd.
      v8::Local<v8::String> name = key.As<v8::String>();
      path += '.';
      path += name->Length() <= 200 ? ToUtf8(isolate_, name) : "<long name>";
    } else if (key->IsNumber()) {
      path += '[';
      path += std::to_string(static_cast<uint64_t>(key.As<v8::Number>()->Value()));
      path += ']';
    }
  }
  return path.size() <= 2000 ? path : path.substr(0, 2000) + "…";
}

Failure ValueWriter::TakeFailure() {
  Failure failure;
  failure.path = std::move(path_);
  failure.text = std::move(what_);
  failure.seen = seen_;
  switch (problem_) {
    case WriteProblem::kTooDeep:
      failure.kind = FailureKind::kDepthLimit;
      failure.limit = limits_.max_serialization_depth;
      break;
    case WriteProblem::kTooLarge:
      failure.kind = FailureKind::kBytesLimit;
      failure.limit = static_cast<double>(limits_.max_serialization_bytes);
      failure.seen = meter_.seen();
      break;
    default:
      failure.kind = refusal_;
      break;
  }
  if (failure.kind == FailureKind::kInvalidArgument) {
    failure.text = failure.path + ": " + failure.text;
  }
  return failure;
}

}  // namespace isolet
