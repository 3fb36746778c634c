#include "isolate/value_writer.h"

#include <algorithm>
#include <utility>

#include "isolate/cloneability.h"
#include "isolate/rethrow.h"
#include "isolate/stream_ends.h"
#include "isolate/v8_prototypes.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Of a function or symbol that is described; a longer one is left out.
constexpr int kMostName = 1000;

// V8's serializer makes a text flat before it asks for room: 512 MB for a result to be refused.
constexpr int kMostPlainText = 1 << 20;

}  // namespace

ValueWriter::ValueWriter(const Realm& realm, FunctionPort& port, Payload& payload,
                         const RuntimeLimits& limits, ErrorStacks stacks)
    : realm_(realm),
      isolate_(realm.isolate()),
      context_(realm.context()),
      port_(port),
      out_(payload),
      meter_(payload, limits.max_serialization_bytes),
      primitives_(isolate_, &out_, &meter_),
      buffers_(isolate_, &out_, &meter_, &objects_),
      containers_(realm, &out_, &primitives_, limits.max_serialization_depth, stacks),
      limits_(limits) {}

bool ValueWriter::WritePlain(std::span<const v8::Local<v8::Value>> values) {
  if (!kWritesPlain || describes_ || buffers_.moves() || !objects_.empty()) return false;
  // Only what is likely to be: giving up is not free.
  const bool may_be_plain = std::ranges::all_of(values, [&](v8::Local<v8::Value> value) {
    if (value->IsString()) return value.As<v8::String>()->Length() <= kMostPlainText;
    return !value->IsObject() || value->IsArray() || value->IsDate() ||
           (!value->IsFunction() && !value->IsProxy() &&
            realm_.IsObjectPrototype(GetPrototype(value.As<v8::Object>())));
  });
  return may_be_plain &&
         isolet::WritePlain(realm_, values, limits_.max_serialization_depth, out_, meter_);
}

bool ValueWriter::WriteTree(v8::Local<v8::Value> value, std::string_view root) {
  containers_.Clear();
  bool written = !meter_.exceeded() && WriteObject(value, v8::Undefined(isolate_));
  while (written && !containers_.empty()) written = Advance();
  if (written) return true;
  if (meter_.exceeded()) problem_ = WriteProblem::kTooLarge;
  if (problem_ != WriteProblem::kThrown && problem_ != WriteProblem::kStopped) {
    path_ = containers_.Path(std::string(root));
  }
  return false;
}

bool ValueWriter::Advance() {
  if (++steps_ % FunctionPort::kStepsBetweenStopChecks == 0) {
    if (port_.ShouldStop()) return Fail(WriteProblem::kStopped);
    if (!meter_.HasRoom(0)) return false;
  }
  v8::Local<v8::Value> value;
  if (!Check(containers_.Next(&value))) return false;
  if (value.IsEmpty() || primitives_.Write(value)) return true;
  if (meter_.exceeded()) return false;
  containers_.NoteObject();
  return WriteObject(value, containers_.innermost());
}

bool ValueWriter::WriteObject(v8::Local<v8::Value> value, v8::Local<v8::Value> receiver) {
  if (describes_) {
    v8::Local<v8::String> text = Description(value);
    if (!text.IsEmpty()) return primitives_.Write(text);
  }
  if (value->IsSymbol()) return Refuse("a symbol");
  if (!value->IsObject()) return Refuse("a value of an unknown kind");
  v8::Local<v8::Object> object = value.As<v8::Object>();
  if (value->IsFunction()) return WriteFunction(value.As<v8::Function>(), receiver);

  int64_t met = objects_.Recall(object);
  if (met >= 0) {
    return WriteReference(met);
  }
  meter_.CountObject();
  if (value->IsProxy()) return WriteProxy(object);
  if (value->IsArray()) return Check(containers_.OpenArray(value.As<v8::Array>()));
  if (value->IsDate()) {
    out_.Tag(WireTag::kDate);
    out_.Double(value.As<v8::Date>()->ValueOf());
    return true;
  }
  if (value->IsRegExp()) return WriteRegExp(value.As<v8::RegExp>());
  if (value->IsMap())
    return WriteEntries(object, value.As<v8::Map>()->AsArray(), ContainerKind::kMap);
  if (value->IsSet())
    return WriteEntries(object, value.As<v8::Set>()->AsArray(), ContainerKind::kSet);
  if (realm_.IsError(value)) return Check(containers_.OpenError(object));
  if (value->IsArrayBuffer()) {
    auto buffer = value.As<v8::ArrayBuffer>();
    return TakeRefusal(buffers_.Write(buffer, 0, buffer->ByteLength()));
  }
  if (value->IsArrayBufferView()) {
    return TakeRefusal(buffers_.WriteView(value.As<v8::ArrayBufferView>()));
  }
  if (!describes_ && IsAsyncIterable(realm_, object)) return WriteStream(object);
  const char* uncloneable = UncloneableKind(value);
  if (uncloneable != nullptr) return Refuse(uncloneable);
  if (IsBoxed(value)) {
    out_.Tag(WireTag::kBoxed);
    return primitives_.Write(Unbox(isolate_, value));
  }
  return Check(containers_.OpenObject(object));
}

v8::Local<v8::String> ValueWriter::Description(v8::Local<v8::Value> value) const {
  auto quoted = [&](const char* before, v8::Local<v8::Value> name, const char* after) {
    v8::Local<v8::String> text = Literal(isolate_, before);
    if (name->IsString() && name.As<v8::String>()->Length() <= kMostName) {
      text = v8::String::Concat(isolate_, text, name.As<v8::String>());
    }
    return v8::String::Concat(isolate_, text, Literal(isolate_, after));
  };
  if (value->IsSymbol()) {
    return quoted("Symbol(", value.As<v8::Symbol>()->Description(isolate_), ")");
  }
  if (value->IsProxy()) return Literal(isolate_, "[a proxy]");
  if (value->IsFunction()) {
    v8::Local<v8::Value> name = value.As<v8::Function>()->GetName();
    const bool is_named = name->IsString() && name.As<v8::String>()->Length() > 0;
    return is_named ? quoted("[Function: ", name, "]") : Literal(isolate_, "[Function]");
  }
  const char* kind = UncloneableKind(value);
  if (kind != nullptr) return quoted("[", Literal(isolate_, kind), "]");
  return {};
}

// A proxy of a plain object or an array crosses by what its traps show; the hidden
// state of anything else is out of reach through one.
bool ValueWriter::WriteProxy(v8::Local<v8::Object> proxy) {
  v8::Local<v8::Value> target = proxy;
  while (target->IsProxy()) target = target.As<v8::Proxy>()->GetTarget();
  if (!target->IsObject()) return Refuse("a revoked proxy");
  if (UncloneableKind(target) != nullptr || IsBuiltInWithState(target)) {
    return Refuse("a proxy of what can't cross through one");
  }
  if (!target->IsArray()) return Check(containers_.OpenObject(proxy));
  v8::Local<v8::Value> length;
  if (!proxy->Get(context_, Literal(isolate_, "length")).ToLocal(&length)) {
    return Fail(WriteProblem::kThrown);
  }
  if (!length->IsUint32()) return Refuse("a proxy of an array without a length");
  return Check(containers_.OpenDenseArray(proxy, length.As<v8::Uint32>()->Value()));
}

bool ValueWriter::WriteReference(int64_t number) {
  out_.Tag(WireTag::kReference);
  out_.Varint(static_cast<uint64_t>(number));
  return true;
}

bool ValueWriter::WriteEntries(v8::Local<v8::Object> object, v8::Local<v8::Array> entries,
                               ContainerKind kind) {
  // Each takes a byte at least.
  if (!meter_.HasRoom(entries->Length())) return false;
  if (!collisions_.Admit(realm_, port_, entries, kind)) {
    if (port_.ShouldStop()) return Fail(WriteProblem::kStopped);
    return Refuse("a Map or Set whose keys collide: too many numbers or bigints of the same hash");
  }
  return Check(containers_.OpenEntries(object, entries, kind));
}

bool ValueWriter::WriteRegExp(v8::Local<v8::RegExp> regexp) {
  if (!patterns_.Admit(isolate_, regexp)) {
    return Refuse("regular expressions that take too long to parse");
  }
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
  meter_.CountFunction();
  FunctionName name;
  Refusal refusal;
  if (!port_.Export(function, receiver, &name, &refusal)) {
    refusal_ = refusal.kind;
    return Refuse(refusal.what);
  }
  if (name.tag == WireTag::kFunction) out_.payload().handles().Add(name.id);
  out_.Tag(name.tag);
  out_.Varint(name.id);
  return true;
}

bool ValueWriter::WriteStream(v8::Local<v8::Object> source) {
  StreamEnds ends;
  {
    v8::TryCatch try_catch(isolate_);
    if (!port_.OpenStream(source, &ends)) {
      if (!try_catch.HasCaught()) return Refuse("an async iterable that can't be read");
      Rethrow(isolate_, try_catch);
      return Fail(WriteProblem::kThrown);
    }
  }
  out_.Tag(WireTag::kStream);
  for (v8::Local<v8::Function> end : {ends.pull, ends.cancel}) {
    meter_.CountFunction();
    FunctionName name;
    Refusal refusal;
    if (!port_.Export(end, v8::Undefined(isolate_), &name, &refusal) ||
        name.tag != WireTag::kFunction) {
      return Refuse("an async iterable that can't be read");
    }
    out_.payload().handles().Add(name.id);
    out_.Varint(name.id);
  }
  return true;
}

void ValueWriter::WithdrawFunctions() {
  for (uint64_t id : out_.payload().handles().Withdraw()) port_.Withdraw(id);
}

bool ValueWriter::Conclude(std::string_view root) {
  // On the way the size is looked at now and then only.
  path_ = root;
  if (!meter_.HasRoom(0)) return Fail(WriteProblem::kTooLarge);
  const WriteProblem problem = buffers_.MoveAll();
  if (problem != WriteProblem::kUncloneable) return Check(problem);
  return Refuse("an ArrayBuffer that changed while it was to be moved");
}

bool ValueWriter::TakeRefusal(const char* what) {
  return what != nullptr ? Refuse(what) : !meter_.exceeded();
}

bool ValueWriter::Refuse(std::string_view what) {
  what_ = what;
  return Fail(WriteProblem::kUncloneable);
}

Failure ValueWriter::TakeFailure() {
  Failure failure;
  failure.path = std::move(path_);
  failure.text = std::move(what_);
  switch (problem_) {
    case WriteProblem::kTooDeep:
      failure.kind = FailureKind::kDepthLimit;
      failure.limit = limits_.max_serialization_depth;
      failure.seen = static_cast<double>(containers_.depth() + 1);
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
