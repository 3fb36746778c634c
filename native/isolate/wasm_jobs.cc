#include "isolate/wasm_jobs.h"

#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/rethrow.h"
#include "isolate/v8_strings.h"
#include "isolate/wasm_source.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// A job of compile or instantiate, as an array that the plugin can't reach.
enum JobPart : uint32_t { kResolver, kSource, kOptions, kImports, kModule, kInstance };

v8::MaybeLocal<v8::Value> Construct(v8::Local<v8::Context> context,
                                    v8::Local<v8::Value> constructor,
                                    std::initializer_list<v8::Local<v8::Value>> arguments) {
  std::vector<v8::Local<v8::Value>> given(arguments);
  return constructor.As<v8::Object>()->CallAsConstructor(context, static_cast<int>(given.size()),
                                                         given.data());
}

struct Job {
  v8::Local<v8::Value> parts[6];

  bool Read(v8::Local<v8::Context> context, v8::Local<v8::Array> list) {
    for (uint32_t i = 0; i < std::size(parts); ++i) {
      if (!list->Get(context, i).ToLocal(&parts[i])) return false;
    }
    return true;
  }
};

v8::MaybeLocal<v8::Value> RunJob(v8::Local<v8::Context> context, const Job& job) {
  v8::Local<v8::Value> module = job.parts[kSource];
  const bool is_compiled = module->IsWasmModuleObject();
  if (!is_compiled &&
      !Construct(context, job.parts[kModule], {module, job.parts[kOptions]}).ToLocal(&module)) {
    return {};
  }
  v8::Local<v8::Value> constructor = job.parts[kInstance];
  if (constructor->IsUndefined()) return module;
  v8::Local<v8::Value> instance;
  if (!Construct(context, constructor, {module, job.parts[kImports]}).ToLocal(&instance)) return {};
  if (is_compiled) return instance;
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Object> result = v8::Object::New(isolate);
  if (result->CreateDataProperty(context, Literal(isolate, "module"), module).IsNothing() ||
      result->CreateDataProperty(context, Literal(isolate, "instance"), instance).IsNothing()) {
    return {};
  }
  return result;
}

void SettleJob(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  Job job;
  if (!job.Read(context, info.Data().As<v8::Array>())) return;
  auto resolver = job.parts[kResolver].As<v8::Promise::Resolver>();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> result;
  if (RunJob(context, job).ToLocal(&result)) {
    resolver->Resolve(context, result).FromMaybe(false);
  } else if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
    resolver->Reject(context, try_catch.Exception()).FromMaybe(false);
  } else {
    Rethrow(isolate, try_catch);
  }
}

// Compiles and instantiates in a job of the microtask queue, by the constructors above.
//
// Not by V8's own compile and instantiate: what those promises settle to is given to the
// `then` of a patched prototype, which can put anything in its place, and keep what was to
// be charged. A runtime has a thread of its own, so there is nothing to keep free.
void Enqueue(const Call& call, v8::Local<v8::Value> source, v8::Local<v8::Value> options,
             v8::Local<v8::Value> imports, v8::Local<v8::Value> instance_constructor) {
  v8::Isolate* isolate = call.isolate();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(call.context()).ToLocal(&resolver)) return;
  v8::Local<v8::Value> parts[] = {resolver, source,         options,
                                  imports,  call.helper(0), instance_constructor};
  v8::Local<v8::Function> job;
  if (!v8::Function::New(call.context(), SettleJob,
                         v8::Array::New(isolate, parts, std::size(parts)))
           .ToLocal(&job)) {
    return;
  }
  isolate->EnqueueMicrotask(job);
  call.Return(resolver->GetPromise());
}

// The bytes as they are at the time of the call, for the constructor to read. Empty: the call has
// its result.
v8::MaybeLocal<v8::Value> TakeSource(const Call& call) {
  v8::TryCatch try_catch(call.isolate());
  v8::Local<v8::Value> source;
  if (CopySource(call.isolate(), call[0]).ToLocal(&source)) return source;
  v8::Local<v8::Promise::Resolver> resolver;
  if (!try_catch.HasCaught() || try_catch.HasTerminated() ||
      !v8::Promise::Resolver::New(call.context()).ToLocal(&resolver)) {
    Rethrow(call.isolate(), try_catch);
    return {};
  }
  resolver->Reject(call.context(), try_catch.Exception()).FromMaybe(false);
  call.Return(resolver->GetPromise());
  return {};
}

// WebAssembly.compile(bytes, options)
void Compile(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  v8::Local<v8::Value> none = v8::Undefined(call.isolate());
  v8::Local<v8::Value> source = call[0];
  // What is no source is for the constructor to refuse.
  if (IsWasmSource(source) && !TakeSource(call).ToLocal(&source)) return;
  Enqueue(call, source, call[1], none, none);
}

// WebAssembly.instantiate(bytes or module, imports, options)
void Instantiate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  v8::Local<v8::Value> source = call[0];
  if (IsWasmSource(source) && !TakeSource(call).ToLocal(&source)) return;
  Enqueue(call, source, call[2], call[1], call.helper(1));
}

}  // namespace

void OverrideWasmJobs(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object,
                      v8::Local<v8::Object> module_constructor,
                      v8::Local<v8::Object> instance_constructor) {
  overrides.Method(namespace_object, "compile", Compile, {module_constructor});
  overrides.Method(namespace_object, "instantiate", Instantiate,
                   {module_constructor, instance_constructor});
}

void ListWasmJobs(ExternalReferences& references) {
  references.Add(Compile);
  references.Add(Instantiate);
}

}  // namespace isolet
