#include "isolate/realm_snapshot.h"

#include <v8-profiler.h>

#include <exception>
#include <utility>

#include "isolate/runtime_thread.h"
#include "isolate/snapshot_handles.h"
#include "isolate/v8_prototypes.h"
#include "isolate/v8_strings.h"
#include "shared/wire_format.h"

namespace isolet {
namespace {

constexpr char kForeign[] =
    "objects of Intl or WebAssembly, or resizable buffers, are alive: those can't be kept";

constexpr char kStackTraceLimit[] = "stackTraceLimit";
constexpr int kFramesByDefault = 10;

// Whatever the scripts have made of the global of that name.
v8::Local<v8::Object> ErrorClass(v8::Local<v8::Context> context) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> error = v8::Exception::Error(v8::String::Empty(isolate));
  v8::Local<v8::Value> constructor;
  if (GetPrototype(error.As<v8::Object>())
          .As<v8::Object>()
          ->GetRealNamedProperty(context, Literal(isolate, "constructor"))
          .ToLocal(&constructor) &&
      constructor->IsObject()) {
    return constructor.As<v8::Object>();
  }
  return v8::Object::New(isolate);
}

// V8 12.4 can't write a stack that nobody has read: it throws C++'s length_error, or worse. Reading
// makes a text of it.
// False: stopped.
bool ReadStacks(v8::Isolate* isolate, v8::Local<v8::Context> context) {
#if V8_MAJOR_VERSION == 12
  class Errors final : public v8::QueryObjectPredicate {
    bool Filter(v8::Local<v8::Object> object) override { return object->IsNativeError(); }
  } errors;
  std::vector<v8::Global<v8::Object>> found;
  isolate->GetHeapProfiler()->QueryObjects(context, &errors, &found);
  for (const v8::Global<v8::Object>& error : found) {
    v8::HandleScope handles(isolate);
    v8::TryCatch try_catch(isolate);
    static_cast<void>(error.Get(isolate)->Get(context, Literal(isolate, "stack")).IsEmpty());
    if (try_catch.HasTerminated()) return false;
  }
#else
  static_cast<void>(isolate);
  static_cast<void>(context);
#endif
  return true;
}

Failure SnapshotFailure(std::string why) {
  Failure failure;
  failure.kind = FailureKind::kSnapshot;
  failure.text = std::move(why);
  return failure;
}

}  // namespace

v8::Isolate* RealmSnapshot::CreateIsolateLocked(const IsolateParts& parts,
                                                const RuntimeLimits& limits) {
  creator_ = CreateSnapshotCreatorLocked(parts, limits);
  return creator_ != nullptr ? creator_->GetIsolate() : isolet::CreateIsolateLocked(parts, limits);
}

// V8 adds it to a realm that comes out of a snapshot, and to none of which one is made: errors
// would have no stack. Those of V8 12 are better off without: see ReadStacks.
void RealmSnapshot::Begin() {
  if (creator_ == nullptr) return;
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  if (V8_MAJOR_VERSION >= 13) {
    ErrorClass(context)
        ->CreateDataProperty(context, Literal(isolate, kStackTraceLimit),
                             v8::Integer::New(isolate, kFramesByDefault))
        .Check();
  }
  intrinsics_.Take(isolate, context);
}

void RealmSnapshot::Record(v8::Local<v8::Script> script) {
  scripts_.emplace_back(thread_.isolate(), script->GetUnboundScript());
}

void RealmSnapshot::Keep() {
  v8::Isolate* isolate = thread_.isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = thread_.realm().context();
  made_ = std::make_unique<Snapshot>();
  is_of_v8_ = creator_ != nullptr && intrinsics_.AreUntouched(isolate, context);
  if (isolate->IsExecutionTerminating()) return Fail("its time was up");
  if (is_of_v8_) return KeepRealm(context);
  for (v8::Global<v8::UnboundScript>& script : std::exchange(scripts_, {})) {
    Snapshot::Script& kept = made_->scripts.emplace_back();
    // V8 makes none where a snapshot could be made: a failed check.
    if (creator_ != nullptr) continue;
    const std::unique_ptr<v8::ScriptCompiler::CachedData> cache(
        v8::ScriptCompiler::CreateCodeCache(script.Get(isolate)));
    if (cache != nullptr) kept.cache.assign(cache->data, cache->data + cache->length);
  }
}

void RealmSnapshot::KeepRealm(v8::Local<v8::Context> context) {
  v8::Isolate* isolate = thread_.isolate();
  scripts_.clear();
  if (!ReadStacks(isolate, context)) return Fail("its time was up");
  // What is charged belongs to garbage, or to what V8 would end the process for.
  isolate->LowMemoryNotification();
  if (!thread_.charges().IsEmpty()) return Fail(kForeign);
  ErrorClass(context)->Delete(context, Literal(isolate, kStackTraceLimit)).FromMaybe(false);
  SnapshotHandles kept(context, *creator_);
  thread_.Exchange(kept);
  creator_->SetDefaultContext(context);
}

void RealmSnapshot::Finish() {
  if (made_ == nullptr || thread_.core().dying()) return;
  if (is_of_v8_) {
    const v8::StartupData data = Write();
    const std::unique_ptr<const char[]> owner(data.data);
    if (data.data == nullptr) return Fail("V8 could not make it");
    made_->blob.assign(data.data, data.data + data.raw_size);
  }
  RuntimeCore& core = thread_.core();
  core.built_snapshot.Lock()->swap(made_);
  Message reply;
  reply.kind = MessageKind::kReply;
  reply.id = asked_;
  WireWriter(reply.payload).Tag(WireTag::kUndefined);
  core.channel.PostToHost(std::move(reply));
  core.Die(Failure{});
}

// V8 is built without exceptions: what comes out of it is of C++'s library, and leaves it as a
// fatal error would.
v8::StartupData RealmSnapshot::Write() {
  is_writing_ = true;
  try {
    const v8::StartupData data =
        creator_->CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
    is_writing_ = false;
    return data;
  } catch (const std::exception& exception) {
    FailIfWriting(exception.what());
    return {nullptr, 0};
  }
}

void RealmSnapshot::Fail(std::string why) {
  made_.reset();
  thread_.core().Die(SnapshotFailure(std::move(why)));
}

void RealmSnapshot::FailIfWriting(std::string_view why) {
  RuntimeThread* thread = RuntimeThread::Current();
  RealmSnapshot* self = thread != nullptr ? thread->snapshot() : nullptr;
  if (self == nullptr || !self->is_writing_) return;
  self->Fail(std::string(why));
  thread->Park();
}

}  // namespace isolet
