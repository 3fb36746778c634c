#include "isolate/module_graphs.h"

#include <utility>

#include "isolate/module_compiler.h"
#include "isolate/modules.h"
#include "isolate/numbered_reactions.h"
#include "isolate/rethrow.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {

#if V8_MAJOR_VERSION >= 13
namespace {

// Those of a module's source and, behind a flag, of one evaluated later. V8 (13.6, 14.6) takes for
// granted that there is an answer: without one `import.source("a")` ended the process.
v8::Local<v8::Object> NoPhases(const Realm& realm) {
  return realm.NewError("SyntaxError", "modules can be imported in their evaluation phase only");
}

v8::MaybeLocal<v8::Promise> RefusePhase(v8::Local<v8::Context> context) {
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  const RuntimeThread& thread = RuntimeThread::Of(v8::Isolate::GetCurrent());
  resolver->Reject(context, NoPhases(thread.realm())).FromMaybe(false);
  return resolver->GetPromise();
}

}  // namespace
#endif

ModuleGraphs::ModuleGraphs(RuntimeThread& thread, Modules& modules)
    : thread_(thread), modules_(modules), evaluator_(thread, modules) {
  thread_.isolate()->SetHostImportModuleDynamicallyCallback(OnImport);
#if V8_MAJOR_VERSION >= 13
  // V8 14 asks this one in every phase, 13 only in those that are refused.
  thread_.isolate()->SetHostImportModuleWithPhaseDynamicallyCallback(
      [](v8::Local<v8::Context> context, v8::Local<v8::Data> options, v8::Local<v8::Value> referrer,
         v8::Local<v8::String> specifier, v8::ModuleImportPhase phase,
         v8::Local<v8::FixedArray> attributes) {
        return phase == v8::ModuleImportPhase::kEvaluation
                   ? OnImport(context, options, referrer, specifier, attributes)
                   : RefusePhase(context);
      });
#endif
}

v8::MaybeLocal<v8::Promise> ModuleGraphs::Import(v8::Local<v8::String> specifier,
                                                 v8::Local<v8::String> referrer, ModuleType type) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(thread_.realm().context()).ToLocal(&resolver)) return {};
  auto load = std::make_shared<GraphLoad>();
  load->resolver.Reset(isolate, resolver);
  load->account = thread_.innermost() != nullptr ? thread_.innermost()->call() : 0;
  v8::TryCatch try_catch(isolate);
  load->root = modules_.Obtain(specifier, referrer, type);
  if (load->root != nullptr) {
    Visit(load, load->root);
  } else if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
    v8::Local<v8::Value> why = try_catch.Exception();
    try_catch.Reset();
    Reject(load, why);
  }
  if (try_catch.HasTerminated()) Rethrow(isolate, try_catch);
  return resolver->GetPromise();
}

v8::MaybeLocal<v8::Promise> ModuleGraphs::OnImport(v8::Local<v8::Context> context,
                                                   v8::Local<v8::Data>,
                                                   v8::Local<v8::Value> referrer,
                                                   v8::Local<v8::String> specifier,
                                                   v8::Local<v8::FixedArray> attributes) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  RuntimeThread& thread = RuntimeThread::Of(isolate);
  ModuleType type = ModuleType::kJavaScript;
  v8::Local<v8::Value> why;
  {
    v8::TryCatch try_catch(isolate);
    if (!ReadModuleType(thread.realm(), attributes, AttributeList::kOfDynamicImport, &type)) {
      why = try_catch.Exception();
    }
  }
  if (!why.IsEmpty()) {
    v8::Local<v8::Promise::Resolver> resolver;
    if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
    resolver->Reject(context, why).FromMaybe(false);
    return resolver->GetPromise();
  }
  v8::Local<v8::String> from = v8::String::Empty(isolate);
  if (referrer->IsString()) from = referrer.As<v8::String>();
  return thread.modules().graphs().Import(specifier, from, type);
}

void ModuleGraphs::Visit(const LoadPointer& load, RecordPointer root) {
  v8::Isolate* isolate = thread_.isolate();
  std::vector<RecordPointer> open{std::move(root)};
  while (!open.empty() && !load->settled) {
    RecordPointer record = std::move(open.back());
    open.pop_back();
    if (!load->visited.insert(record.get()).second) continue;
    if (!record->failure.IsEmpty()) return Reject(load, record->failure.Get(isolate));
    if (record->module.IsEmpty()) {
      record->waiting.push_back(load);
      ++load->awaited;
      continue;
    }
    // What has been linked before has all it needs.
    if (record->module.Get(isolate)->GetStatus() >= v8::Module::kInstantiated) continue;
    v8::TryCatch try_catch(isolate);
    if (VisitRequests(load, *record, &open)) continue;
    if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
      v8::Local<v8::Value> why = try_catch.Exception();
      try_catch.Reset();
      return Reject(load, why);
    }
    // Perhaps on another call's account.
    Interrupt(load);
    if (try_catch.HasCaught()) Rethrow(isolate, try_catch);
    return;
  }
  if (load->awaited == 0 && !load->settled) Schedule(load);
}

bool ModuleGraphs::VisitRequests(const LoadPointer& load, ModuleRecord& record,
                                 std::vector<RecordPointer>* found) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::String> referrer = FromUtf16(isolate, record.key.name);
  v8::Local<v8::Module> module = record.module.Get(isolate);
  if (!module->IsSourceTextModule()) return true;
  v8::Local<v8::FixedArray> requests = module->GetModuleRequests();
  record.requests.clear();
  for (int i = 0; i < requests->Length() && !load->settled; ++i) {
    v8::HandleScope handles(isolate);
    auto request = ItemOf(requests, context, i).As<v8::ModuleRequest>();
    v8::Local<v8::String> specifier = request->GetSpecifier();
#if V8_MAJOR_VERSION >= 13
    if (request->GetPhase() != v8::ModuleImportPhase::kEvaluation) {
      isolate->ThrowException(NoPhases(thread_.realm()));
      return false;
    }
#endif
    ModuleType type = ModuleType::kJavaScript;
    if (!ReadModuleType(thread_.realm(), AttributesOf(request), AttributeList::kOfRequest, &type)) {
      return false;
    }
    ModuleKey asked{ToUtf16(isolate, specifier), type};
    auto link = record.links.find(asked);
    RecordPointer child = link == record.links.end() ? nullptr : modules_.Find(link->second);
    if (child == nullptr) {
      child = modules_.Obtain(specifier, referrer, type);
      if (child == nullptr) return false;
      link = record.links.insert_or_assign(std::move(asked), child->key).first;
    }
    record.requests.emplace_back(link);
    found->push_back(std::move(child));
  }
  return true;
}

v8::MaybeLocal<v8::Module> ModuleGraphs::OnLink(v8::Local<v8::Context>,
                                                v8::Local<v8::String> specifier,
                                                v8::Local<v8::FixedArray> attributes,
                                                v8::Local<v8::Module> referrer) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  RuntimeThread& thread = RuntimeThread::Of(isolate);
  Modules& modules = thread.modules();
  ModuleType type = ModuleType::kJavaScript;
  RecordPointer from = modules.Find(referrer);
  if (!ReadModuleType(thread.realm(), attributes, AttributeList::kOfRequest, &type)) return {};
  if (from != nullptr) {
    auto link = from->links.find({ToUtf16(isolate, specifier), type});
    RecordPointer record = link == from->links.end() ? nullptr : modules.Find(link->second);
    if (record != nullptr && !record->module.IsEmpty()) return record->module.Get(isolate);
  }
  isolate->ThrowException(NewModuleError(thread.realm(), ModuleProblem::kNotFound, specifier,
                                         v8::String::Empty(isolate), {}));
  return {};
}

void ModuleGraphs::Schedule(const LoadPointer& load) {
  ready_.push_back(load);
  v8::Local<v8::Function> ready;
  if (NumberedFunction(thread_.realm().context(), OnReady, 0).ToLocal(&ready)) {
    thread_.isolate()->EnqueueMicrotask(ready);
  }
}

void ModuleGraphs::OnReady(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).modules().graphs().EvaluateReady();
}

void ModuleGraphs::EvaluateReady() {
  // Those imports wait.
  if (evaluator_.is_busy()) return;
  while (!ready_.empty() && !thread_.Stopping()) {
    LoadPointer load = std::move(ready_.front());
    ready_.pop_front();
    if (load->settled) continue;
    if (!evaluator_.Begin(load)) return Interrupt(load);
  }
  evaluator_.RunRunnable();
}

void ModuleGraphs::Fulfil(const LoadPointer& load) {
  if (std::exchange(load->settled, true)) return;
  v8::Isolate* isolate = thread_.isolate();
  load->resolver.Get(isolate)
      ->Resolve(thread_.realm().context(), load->root->module.Get(isolate)->GetModuleNamespace())
      .FromMaybe(false);
}

void ModuleGraphs::GoOn(const LoadPointer& load, const RecordPointer& record) {
  --load->awaited;
  if (load->settled) return;
  if (thread_.Stopping()) return Interrupt(load);
  load->visited.erase(record.get());
  Visit(load, record);
}

void ModuleGraphs::Reject(const LoadPointer& load, v8::Local<v8::Value> why) {
  if (std::exchange(load->settled, true)) return;
  load->resolver.Get(thread_.isolate())->Reject(thread_.realm().context(), why).FromMaybe(false);
}

void ModuleGraphs::OnStopped(uint64_t call) {
  const std::vector<LoadPointer> evaluated = evaluator_.OnStopped(call);
  modules_.AbandonUnheard();
  auto is_its = [&](const LoadPointer& load) { return load->account == call; };
  std::erase_if(interrupted_, is_its);
  std::erase_if(ready_, is_its);
  // Some of what these had found may be forgotten now.
  interrupted_.insert(interrupted_.end(), evaluated.begin(), evaluated.end());
  interrupted_.insert(interrupted_.end(), ready_.begin(), ready_.end());
  ready_.clear();
}

std::optional<uint64_t> ModuleGraphs::NextAccount() const {
  if (!interrupted_.empty()) return interrupted_.front()->account;
  if (!ready_.empty()) return ready_.front()->account;
  return std::nullopt;
}

void ModuleGraphs::Resume() {
  if (!interrupted_.empty()) {
    LoadPointer load = std::move(interrupted_.front());
    interrupted_.pop_front();
    return Restart(load);
  }
  EvaluateReady();
}

void ModuleGraphs::Restart(const LoadPointer& load) {
  if (std::exchange(load->settled, true)) return;
  v8::Isolate* isolate = thread_.isolate();
  auto fresh = std::make_shared<GraphLoad>();
  fresh->resolver = std::move(load->resolver);
  fresh->account = load->account;
  const ModuleRecord& root = *load->root;
  fresh->root = modules_.Find(root.key);
  v8::TryCatch try_catch(isolate);
  if (fresh->root == nullptr) {
    fresh->root = modules_.Obtain(FromUtf16(isolate, root.specifier),
                                  FromUtf16(isolate, root.referrer), root.key.type);
  }
  if (fresh->root != nullptr) return Visit(fresh, fresh->root);
  if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
    v8::Local<v8::Value> why = try_catch.Exception();
    try_catch.Reset();
    return Reject(fresh, why);
  }
  if (try_catch.HasCaught()) Rethrow(isolate, try_catch);
}

}  // namespace isolet
