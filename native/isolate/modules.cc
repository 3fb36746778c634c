#include "isolate/modules.h"

#include <utility>

#include "isolate/json_text.h"
#include "isolate/module_compiler.h"
#include "isolate/module_start.h"
#include "isolate/numbered_reactions.h"
#include "isolate/rethrow.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Characters of a name or a specifier: they are kept outside the heap.
constexpr int kLongestName = 1 << 16;
// Of a specifier in an error. Such errors are copied outside of the heap, too.
constexpr int kLongestTold = 1 << 20;
// What a record and its links take besides its names.
constexpr uint64_t kCostOfRecord = 1024;

uint64_t LengthOf(v8::Local<v8::String> text) { return static_cast<uint64_t>(text->Length()); }

}  // namespace

Modules::Modules(RuntimeThread& thread) : thread_(thread), graphs_(thread, *this) {
  thread_.isolate()->SetHostInitializeImportMetaObjectCallback(OnImportMeta);
}

// Records and imports refer to each other.
Modules::~Modules() {
  for (auto& [key, record] : records_) record->waiting.clear();
  for (auto& [id, record] : fetching_) record->waiting.clear();
}

void Modules::Provide(v8::Local<v8::Function> resolve, v8::Local<v8::Function> load) {
  resolve_.Reset(thread_.isolate(), resolve);
  load_.Reset(thread_.isolate(), load);
}

void Modules::OnImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                           v8::Local<v8::Object> meta) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  RuntimeThread& thread = RuntimeThread::Of(isolate);
  thread.core().terminator.Release();
  RecordPointer record = thread.modules().Find(module);
  if (record == nullptr) return;
  meta->CreateDataProperty(context, Literal(isolate, "url"), FromUtf16(isolate, record->key.name))
      .FromMaybe(false);
}

Modules::RecordPointer Modules::Find(const ModuleKey& key) const {
  auto found = records_.find(key);
  return found == records_.end() ? nullptr : found->second;
}

Modules::RecordPointer Modules::Find(v8::Local<v8::Module> module) const {
  auto [first, last] = by_hash_.equal_range(module->GetIdentityHash());
  for (auto at = first; at != last; ++at) {
    if (at->second->module == module) return at->second;
  }
  return nullptr;
}

Modules::RecordPointer Modules::Obtain(v8::Local<v8::String> specifier,
                                       v8::Local<v8::String> referrer, ModuleType type) {
  if (specifier->Length() > kLongestTold) {
    thread_.isolate()->ThrowException(
        NewModuleError(thread_.realm(), ModuleProblem::kNotFound,
                       Beginning(thread_.isolate(), specifier, kLongestTold), referrer, {}));
    return nullptr;
  }
  v8::Local<v8::String> name;
  if (!Resolve(specifier, referrer).ToLocal(&name)) return nullptr;
  ModuleKey key{ToUtf16(thread_.isolate(), name), type};
  if (RecordPointer known = Find(key)) return known;
  const uint64_t characters = (2 * LengthOf(name)) + LengthOf(specifier) + LengthOf(referrer);
  const MemoryCost cost{kCostOfRecord + (characters * sizeof(char16_t)), 0};
  if (!thread_.charges().Claim(cost)) {
    thread_.isolate()->ThrowException(
        thread_.realm().NewError("RangeError", "import(): no memory is left for another module"));
    return nullptr;
  }
  auto record = std::make_shared<ModuleRecord>();
  record->cost = cost;
  record->key = key;
  record->specifier = ToUtf16(thread_.isolate(), specifier);
  record->referrer = ToUtf16(thread_.isolate(), referrer);
  records_.emplace(std::move(key), record);
  v8::TryCatch try_catch(thread_.isolate());
  if (Fetch(record, specifier, referrer)) return record;
  if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
    v8::Local<v8::Value> why = try_catch.Exception();
    try_catch.Reset();
    Fail(record, why);
    if (!thread_.Stopping()) thread_.isolate()->ThrowException(why);
  } else {
    Abandon(record);
  }
  if (try_catch.HasCaught()) Rethrow(thread_.isolate(), try_catch);
  return nullptr;
}

void Modules::Forget(const ModuleKey& key) {
  auto found = records_.extract(key);
  if (found.empty()) return;
  const ModuleRecord& record = *found.mapped();
  thread_.charges().Refund(record.cost);
  if (record.module.IsEmpty()) return;
  ForgetHash(record);
}

void Modules::Keep(const RecordPointer& record, v8::Local<v8::Module> module) {
  record->module.Reset(thread_.isolate(), module);
  by_hash_.emplace(module->GetIdentityHash(), record);
}

void Modules::ForgetHash(const ModuleRecord& record) {
  const int hash = record.module.Get(thread_.isolate())->GetIdentityHash();
  auto [first, last] = by_hash_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    if (at->second.get() == &record) return static_cast<void>(by_hash_.erase(at));
  }
}

void Modules::Abandon(const RecordPointer& record) {
  if (Find(record->key) == record) Forget(record->key);
  for (const auto& load : std::exchange(record->waiting, {})) graphs_.Interrupt(load);
}

void Modules::AbandonUnheard() {
  v8::Isolate* isolate = thread_.isolate();
  std::vector<RecordPointer> unheard;
  std::erase_if(fetching_, [&](const auto& entry) {
    if (entry.second->source.Get(isolate)->State() == v8::Promise::PromiseState::kPending) {
      return false;
    }
    unheard.push_back(entry.second);
    return true;
  });
  for (const RecordPointer& record : unheard) Abandon(record);
}

v8::MaybeLocal<v8::String> Modules::Resolve(v8::Local<v8::String> specifier,
                                            v8::Local<v8::String> referrer) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Value> name = v8::Undefined(isolate);
  if (!resolve_.IsEmpty() && specifier->Length() <= kLongestName) {
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::Value> arguments[] = {specifier, referrer};
    if (!resolve_.Get(isolate)
             ->Call(thread_.realm().context(), v8::Undefined(isolate), 2, arguments)
             .ToLocal(&name)) {
      if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
        v8::Local<v8::Value> cause = try_catch.Exception();
        try_catch.Reset();
        isolate->ThrowException(NewModuleError(thread_.realm(), ModuleProblem::kResolverFailed,
                                               specifier, referrer, cause));
      }
      if (try_catch.HasCaught()) Rethrow(isolate, try_catch);
      return {};
    }
  }
  if (name->IsString() && name.As<v8::String>()->Length() <= kLongestName) {
    return name.As<v8::String>();
  }
  isolate->ThrowException(
      NewModuleError(thread_.realm(), ModuleProblem::kNotFound, specifier, referrer, {}));
  return {};
}

bool Modules::Fetch(const RecordPointer& record, v8::Local<v8::String> specifier,
                    v8::Local<v8::String> referrer) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Value> source = v8::Undefined(isolate);
  {
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::Value> name = FromUtf16(isolate, record->key.name);
    if (!load_.Get(isolate)
             ->Call(thread_.realm().context(), v8::Undefined(isolate), 1, &name)
             .ToLocal(&source)) {
      if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
        v8::Local<v8::Value> cause = try_catch.Exception();
        try_catch.Reset();
        isolate->ThrowException(NewModuleError(thread_.realm(), ModuleProblem::kLoaderFailed,
                                               specifier, referrer, cause));
      }
      if (try_catch.HasCaught()) Rethrow(isolate, try_catch);
      return false;
    }
  }
  if (source->IsString()) return Compile(record, source.As<v8::String>());
  if (!source->IsPromise()) {
    isolate->ThrowException(
        NewModuleError(thread_.realm(), ModuleProblem::kNotFound, specifier, referrer, {}));
    return false;
  }
  record->source.Reset(isolate, source.As<v8::Promise>());
  fetching_[++last_id_] = record;
  return React(thread_.realm().context(), source.As<v8::Promise>(), OnSource, OnNoSource, last_id_);
}

bool Modules::Compile(const RecordPointer& record, v8::Local<v8::String> source) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::String> name = FromUtf16(isolate, record->key.name);
  v8::Local<v8::Module> module;
  if (record->key.type == ModuleType::kJson) {
    v8::Local<v8::Value> json;
    if (!ParseJsonModule(name, source).ToLocal(&json)) return false;
    record->json.Reset(isolate, json);
    module = MakeDefaultModule(isolate, name, OnJsonEvaluated);
  } else {
    record->tells_start =
        V8_MAJOR_VERSION < 13 && ToUtf8(isolate, source).find("await") != std::string::npos;
    const ModuleFrame frame{record->tells_start ? kTellsStart : "", ""};
    if (!CompileModule(thread_.realm(), name, source, frame).ToLocal(&module)) return false;
    record->source_text.Reset(isolate, source);
  }
  Keep(record, module);
  return true;
}

v8::Module::Status Modules::StatusOf(const ModuleRecord& record) const {
  return record.module.IsEmpty() ? v8::Module::kErrored
                                 : record.module.Get(thread_.isolate())->GetStatus();
}

bool Modules::MayAwait(const ModuleRecord& record) {
#if V8_MAJOR_VERSION >= 13
  v8::Local<v8::Module> module = record.module.Get(v8::Isolate::GetCurrent());
  return module->IsSourceTextModule() && module->HasTopLevelAwait();
#else
  // V8 does not tell: one that has the word may.
  return record.tells_start;
#endif
}

bool Modules::CompileForCycle(const RecordPointer& record) {
  v8::Isolate* isolate = thread_.isolate();
  const ModuleFrame frame =
      V8_MAJOR_VERSION >= 13 ? ModuleFrame{"", kAwaitBehind} : ModuleFrame{kAwaitInFront, ""};
  v8::Local<v8::Module> module;
  if (!CompileModule(thread_.realm(), FromUtf16(isolate, record->key.name),
                     record->source_text.Get(isolate), frame)
           .ToLocal(&module)) {
    return false;
  }
  ForgetHash(*record);
  record->is_in_waiting_cycle = true;
  Keep(record, module);
  return true;
}

// V8's own error says nothing of the module.
v8::MaybeLocal<v8::Value> Modules::ParseJsonModule(v8::Local<v8::String> name,
                                                   v8::Local<v8::String> source) {
  v8::Isolate* isolate = thread_.isolate();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> json;
  if (ParseJsonText(thread_, source).ToLocal(&json)) return json;
  v8::Local<v8::Value> message;
  if (try_catch.HasCaught() && !try_catch.HasTerminated() &&
      try_catch.Exception()->IsNativeError() &&
      try_catch.Exception()
          .As<v8::Object>()
          ->Get(thread_.realm().context(), Literal(isolate, "message"))
          .ToLocal(&message) &&
      message->IsString()) {
    v8::Local<v8::String> text = v8::String::Concat(isolate, name, Literal(isolate, ": "));
    text = v8::String::Concat(isolate, text, message.As<v8::String>());
    try_catch.Reset();
    isolate->ThrowException(v8::Exception::SyntaxError(text));
  }
  Rethrow(isolate, try_catch);
  return {};
}

v8::MaybeLocal<v8::Value> Modules::OnJsonEvaluated(v8::Local<v8::Context> context,
                                                   v8::Local<v8::Module> module) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  RecordPointer record = RuntimeThread::Of(isolate).modules().Find(module);
  v8::Local<v8::Promise::Resolver> done;
  if (record == nullptr || !v8::Promise::Resolver::New(context).ToLocal(&done) ||
      module
          ->SetSyntheticModuleExport(isolate, Literal(isolate, "default"),
                                     record->json.Get(isolate))
          .IsNothing()) {
    return {};
  }
  done->Resolve(context, v8::Undefined(isolate)).FromMaybe(false);
  return done->GetPromise();
}

void Modules::OnSource(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).modules().SourceCame(NumberOf(info), info[0]);
}

void Modules::OnNoSource(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Modules& modules = RuntimeThread::Of(info.GetIsolate()).modules();
  auto found = modules.fetching_.extract(NumberOf(info));
  if (found.empty()) return;
  const RecordPointer& record = found.mapped();
  modules.Fail(record, modules.NewError(ModuleProblem::kLoaderFailed, *record, info[0]));
}

void Modules::SourceCame(uint64_t id, v8::Local<v8::Value> source) {
  auto found = fetching_.extract(id);
  if (found.empty()) return;
  const RecordPointer& record = found.mapped();
  v8::TryCatch try_catch(thread_.isolate());
  if (!source->IsString()) {
    return Fail(record, NewError(ModuleProblem::kNotFound, *record, {}));
  }
  if (!Compile(record, source.As<v8::String>())) {
    if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
      v8::Local<v8::Value> why = try_catch.Exception();
      try_catch.Reset();
      return Fail(record, why);
    }
    Abandon(record);
    if (try_catch.HasCaught()) Rethrow(thread_.isolate(), try_catch);
    return;
  }
  for (const auto& load : std::exchange(record->waiting, {})) {
    graphs_.GoOn(load, record);
  }
}

void Modules::Fail(const RecordPointer& record, v8::Local<v8::Value> why) {
  record->failure.Reset(thread_.isolate(), why);
  Forget(record->key);
  for (const auto& load : std::exchange(record->waiting, {})) {
    graphs_.Reject(load, why);
  }
}

v8::Local<v8::Object> Modules::NewError(ModuleProblem problem, const ModuleRecord& record,
                                        v8::Local<v8::Value> cause) {
  v8::Isolate* isolate = thread_.isolate();
  return NewModuleError(thread_.realm(), problem, FromUtf16(isolate, record.specifier),
                        FromUtf16(isolate, record.referrer), cause);
}

}  // namespace isolet
