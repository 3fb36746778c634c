#include "node/runtime_wrap.h"

#include <string>
#include <utility>
#include <vector>

#include "isolate/v8_strings.h"
#include "node/environment.h"
#include "node/host_runtime.h"
#include "node/js_function.h"
#include "node/snapshot_value.h"
#include "node/v8_napi.h"

namespace isolet {
namespace {

RuntimeLimits LimitsOf(const Napi::Object& config) {
  auto number = [&](const char* field) { return config.Get(field).ToNumber().DoubleValue(); };
  RuntimeLimits limits;
  limits.name = config.Get("name").ToString();
  limits.is_named = config.Get("isNamed").ToBoolean();
  limits.max_heap_size = static_cast<size_t>(number("maxHeapSize"));
  limits.initial_heap_size = static_cast<size_t>(number("initialHeapSize"));
  limits.stack_size = static_cast<size_t>(number("stackSize"));
  limits.call.wall = NanosOf(ToV8(config.Get("timeout")));
  limits.call.cpu = NanosOf(ToV8(config.Get("cpuTimeout")));
  limits.max_serialization_depth = static_cast<uint32_t>(number("maxSerializationDepth"));
  limits.max_serialization_bytes = static_cast<size_t>(number("maxSerializationBytes"));
  limits.enable_timers = config.Get("enableTimers").ToBoolean();
  limits.reports_unhandled = config.Get("onUnhandledRejection").IsFunction();
  return limits;
}

int32_t OffsetOf(v8::Local<v8::Value> value) {
  return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0;
}

// 0 and absent: the runtime's own limit.
CallLimits LimitsOf(const HostRuntime& runtime, v8::Local<v8::Value> wall,
                    v8::Local<v8::Value> cpu) {
  CallLimits limits = const_cast<HostRuntime&>(runtime).limits().call;
  if (Nanos nanos = NanosOf(wall); nanos != kNever) limits.wall = nanos;
  if (Nanos nanos = NanosOf(cpu); nanos != kNever) limits.cpu = nanos;
  return limits;
}

std::unique_ptr<ScriptPosition> PositionOf(v8::Isolate* isolate, v8::Local<v8::Value> filename,
                                           int32_t line, int32_t column) {
  if (!filename->IsString() && line == 0 && column == 0) return nullptr;
  auto position = std::make_unique<ScriptPosition>();
  if (filename->IsString()) position->filename = ToUtf8(isolate, filename.As<v8::String>());
  position->line_offset = line;
  position->column_offset = column;
  return position;
}

}  // namespace

Nanos NanosOf(v8::Local<v8::Value> milliseconds) {
  if (!milliseconds->IsNumber()) return kNever;
  double value = milliseconds.As<v8::Number>()->Value();
  return value > 0 ? static_cast<Nanos>(value * 1e6) : kNever;
}

Napi::Function RuntimeWrap::Define(Napi::Env env) {
  return DefineClass(env, "NativeRuntime",
                     {
                         InstanceMethod<&RuntimeWrap::EvalAsync>("evalAsync"),
                         InstanceMethod<&RuntimeWrap::EvalModule>("evalModule"),
                         InstanceMethod<&RuntimeWrap::EvalModuleAsync>("evalModuleAsync"),
                         InstanceMethod<&RuntimeWrap::ProvideModules>("provideModules"),
                         InstanceMethod<&RuntimeWrap::Bind>("bind"),
                         InstanceMethod<&RuntimeWrap::MethodsOf>("methodsOf"),
                         InstanceMethod<&RuntimeWrap::MethodsOfModule>("methodsOfModule"),
                         InstanceMethod<&RuntimeWrap::RunScript>("runScript"),
                         InstanceMethod<&RuntimeWrap::BuildSnapshot>("buildSnapshot"),
                         InstanceMethod<&RuntimeWrap::Abort>("abort"),
                         InstanceMethod<&RuntimeWrap::WhenStarted>("whenStarted"),
                         InstanceMethod<&RuntimeWrap::Stats>("stats"),
                         InstanceMethod<&RuntimeWrap::IsClosed>("isClosed"),
                         InstanceMethod<&RuntimeWrap::RequireOpen>("requireOpen"),
                         InstanceMethod<&RuntimeWrap::Close>("close"),
                         InstanceMethod<&RuntimeWrap::Terminate>("terminate"),
                     });
}

RuntimeWrap::RuntimeWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  Environment& environment = Environment::Of(info.Env());
  auto config = info[0].As<Napi::Object>();
  Napi::Value bootstrap = config.Get("bootstrap");
  RuntimeBeginning beginning;
  if (bootstrap.IsString()) beginning.bootstrap = bootstrap.ToString().Utf8Value();
  beginning.snapshot = SnapshotOf(config.Get("snapshot"));
  beginning.builds_snapshot = config.Get("buildsSnapshot").ToBoolean();
  runtime_ =
      HostRuntime::Start(environment, LimitsOf(config), std::move(beginning),
                         {ToV8(config.Get("console")), ToV8(config.Get("onUnhandledRejection"))});
  v8::Isolate* isolate = environment.isolate();
  v8::Local<v8::Context> context = environment.realm().context();
  v8::Local<v8::Function> eval;
  // Held by nothing but this object, and so gone with it.
  if (v8::Function::New(context, Eval, v8::External::New(isolate, runtime_.get()), 1,
                        v8::ConstructorBehavior::kThrow)
          .ToLocal(&eval)) {
    ToV8(info.This())
        .As<v8::Object>()
        ->CreateDataProperty(context, Literal(isolate, "eval"), eval)
        .FromMaybe(false);
  }
}

void RuntimeWrap::Eval(const v8::FunctionCallbackInfo<v8::Value>& info) {
  HostRuntime& runtime = *static_cast<HostRuntime*>(info.Data().As<v8::External>()->Value());
  Message command;
  command.kind = MessageKind::kEvaluate;
  command.limits = runtime.limits().call;
  if (info.Length() > 1) {
    command.limits = LimitsOf(runtime, info[1], info[2]);
    command.position = PositionOf(info.GetIsolate(), info[3], OffsetOf(info[4]), OffsetOf(info[5]));
    command.answer_buffers = ResultBuffersOf(info[6]);
  }
  v8::Local<v8::Value> result;
  if (runtime.WriteSource(info[0], &command) &&
      runtime.Request(std::move(command)).ToLocal(&result)) {
    info.GetReturnValue().Set(result);
  }
}

Napi::Value RuntimeWrap::EvalAsync(const Napi::CallbackInfo& info) {
  v8::Isolate* isolate = runtime_->environment().isolate();
  Message command;
  command.kind = MessageKind::kEvaluate;
  command.limits = LimitsOf(*runtime_, ToV8(info[1]), ToV8(info[2]));
  command.position =
      PositionOf(isolate, ToV8(info[3]), OffsetOf(ToV8(info[4])), OffsetOf(ToV8(info[5])));
  command.answer_buffers = ResultBuffersOf(ToV8(info[7]));
  if (!runtime_->WriteSource(ToV8(info[0]), &command)) return {};
  auto abort_id = static_cast<uint64_t>(info[6].ToNumber().Int64Value());
  return ToNapi(info.Env(), runtime_->RequestAsync(std::move(command), abort_id));
}

Napi::Value RuntimeWrap::EvalModule(const Napi::CallbackInfo& info) {
  Message command;
  command.kind = MessageKind::kImport;
  command.limits = LimitsOf(*runtime_, ToV8(info[1]), ToV8(info[2]));
  if (!runtime_->WriteSource(ToV8(info[0]), &command)) return {};
  return ToNapi(info.Env(), runtime_->Request(std::move(command)));
}

Napi::Value RuntimeWrap::EvalModuleAsync(const Napi::CallbackInfo& info) {
  Message command;
  command.kind = MessageKind::kImport;
  command.limits = LimitsOf(*runtime_, ToV8(info[1]), ToV8(info[2]));
  if (!runtime_->WriteSource(ToV8(info[0]), &command)) return {};
  auto abort_id = static_cast<uint64_t>(info[3].ToNumber().Int64Value());
  return ToNapi(info.Env(), runtime_->RequestAsync(std::move(command), abort_id));
}

Napi::Value RuntimeWrap::ProvideModules(const Napi::CallbackInfo& info) {
  Message command;
  command.kind = MessageKind::kProvide;
  command.limits = runtime_->limits().call;
  if (!runtime_->ThrowIfDead() || !runtime_->WriteValue(ToV8(info[0]), "resolve", &command) ||
      !runtime_->WriteValue(ToV8(info[1]), "load", &command)) {
    return {};
  }
  return ToNapi(info.Env(), runtime_->Request(std::move(command)));
}

Napi::Value RuntimeWrap::Bind(const Napi::CallbackInfo& info) {
  Message command;
  command.kind = MessageKind::kDefine;
  command.limits = runtime_->limits().call;
  if (!runtime_->ThrowIfDead() || !runtime_->WriteSource(ToV8(info[0]), &command) ||
      !runtime_->WriteValue(ToV8(info[1]), info[0].ToString().Utf8Value(), &command)) {
    return {};
  }
  return ToNapi(info.Env(), runtime_->Request(std::move(command)));
}

Napi::Value RuntimeWrap::MethodsOf(const Napi::CallbackInfo& info) {
  return ListMethods(info, MessageKind::kMethods);
}

Napi::Value RuntimeWrap::MethodsOfModule(const Napi::CallbackInfo& info) {
  return ListMethods(info, MessageKind::kModuleMethods);
}

Napi::Value RuntimeWrap::ListMethods(const Napi::CallbackInfo& info, MessageKind kind) {
  v8::Local<v8::Context> context = runtime_->environment().realm().context();
  Message command;
  command.kind = kind;
  command.limits = LimitsOf(*runtime_, ToV8(info[1]), ToV8(info[2]));
  v8::Local<v8::Value> result;
  if (!runtime_->WriteSource(ToV8(info[0]), &command) ||
      !runtime_->Request(std::move(command)).ToLocal(&result)) {
    return {};
  }
  if (!result->IsArray()) return ToNapi(info.Env(), result);
  v8::Local<v8::Array> list = result.As<v8::Array>();
  for (uint32_t i = 1; i < list->Length(); i += 2) {
    v8::Local<v8::Value> id;
    v8::Local<v8::Value> function;
    if (!list->Get(context, i).ToLocal(&id)) return {};
    if (!id->IsNumber()) continue;
    FunctionName name{WireTag::kFunction, static_cast<uint64_t>(id.As<v8::Number>()->Value())};
    if (!runtime_->functions().Import(name).ToLocal(&function) ||
        list->CreateDataProperty(context, i, function).IsNothing()) {
      return {};
    }
  }
  return ToNapi(info.Env(), result);
}

Napi::Value RuntimeWrap::RunScript(const Napi::CallbackInfo& info) {
  v8::Isolate* isolate = runtime_->environment().isolate();
  Message command;
  command.kind = MessageKind::kRunScript;
  command.limits = runtime_->limits().call;
  command.position = PositionOf(isolate, ToV8(info[1]), 0, 0);
  if (!runtime_->WriteSource(ToV8(info[0]), &command)) return {};
  return ToNapi(info.Env(), runtime_->Request(std::move(command)));
}

Napi::Value RuntimeWrap::BuildSnapshot(const Napi::CallbackInfo& info) {
  Message command;
  command.kind = MessageKind::kBuildSnapshot;
  command.limits = runtime_->limits().call;
  if (runtime_->Request(std::move(command)).IsEmpty()) return {};
  const std::unique_ptr<Snapshot> snapshot = std::move(*runtime_->core().built_snapshot.Lock());
  return ValueOf(info.Env(), *snapshot);
}

Napi::Value RuntimeWrap::Abort(const Napi::CallbackInfo& info) {
  runtime_->Abort(static_cast<uint64_t>(info[0].ToNumber().Int64Value()));
  return {};
}

Napi::Value RuntimeWrap::WhenStarted(const Napi::CallbackInfo& info) {
  runtime_->WhenStarted(ToV8(info[0]).As<v8::Function>());
  return {};
}

Napi::Value RuntimeWrap::Stats(const Napi::CallbackInfo& info) {
  runtime_->RefreshFigures();
  const RuntimeFigures& figures = runtime_->core().figures;
  Napi::Object stats = Napi::Object::New(info.Env());
  auto set = [&](const char* field, double value) { stats.Set(field, value); };
  auto count = [&](ExecutionKind kind) {
    return static_cast<double>(figures.executions[static_cast<size_t>(kind)].Get());
  };
  set("heapTotalBytes", static_cast<double>(figures.heap_total.Get()));
  set("heapUsedBytes", static_cast<double>(figures.heap_used.Get()));
  set("externalMemoryBytes", static_cast<double>(runtime_->core().budget->buffers()));
  set("physicalTotalBytes", static_cast<double>(figures.physical_total.Get()));
  set("cpuTimeMs", static_cast<double>(runtime_->core().CpuTime()) / 1e6);
  set("totalExecutionTimeMs", static_cast<double>(figures.total_execution_nanos.Get()) / 1e6);
  set("lastExecutionTimeMs", static_cast<double>(figures.last_execution_nanos.Get()) / 1e6);
  static constexpr const char* kKinds[] = {
      nullptr,          "evalSync",       "evalAsync", "callFunctionSync", "callFunctionAsync",
      "evalModuleSync", "evalModuleAsync"};
  const char* kind = kKinds[figures.last_execution_kind.Get()];
  stats.Set("lastExecutionKind",
            kind == nullptr ? info.Env().Null() : Napi::String::New(info.Env(), kind));
  set("evalSyncCount", count(ExecutionKind::kEvalSync));
  set("evalAsyncCount", count(ExecutionKind::kEvalAsync));
  set("callFunctionSyncCount", count(ExecutionKind::kCallSync));
  set("callFunctionAsyncCount", count(ExecutionKind::kCallAsync));
  set("evalModuleSyncCount", count(ExecutionKind::kModuleSync));
  set("evalModuleAsyncCount", count(ExecutionKind::kModuleAsync));
  set("unhandledRejectionCount", static_cast<double>(figures.unhandled_rejections.Get()));
  set("hostCallCount", static_cast<double>(figures.host_calls.Get()));
  // What an ended runtime published last is not taken back.
  bool ended = runtime_->dead();
  set("activeAsyncOps", ended ? 0 : static_cast<double>(runtime_->pending_calls()));
  set("activeTimers", ended ? 0 : static_cast<double>(figures.active_timers.Get()));
  set("activeIntervals", ended ? 0 : static_cast<double>(figures.active_intervals.Get()));
  set("openResources", ended ? 0 : static_cast<double>(figures.open_handles.Get()));
  if (runtime_->hooks().has_streams()) {
    stats.Set("streams", ToNapi(info.Env(), runtime_->hooks().stream_counts().As<v8::Value>()));
  }
  return stats;
}

Napi::Value RuntimeWrap::IsClosed(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), runtime_->dead());
}

Napi::Value RuntimeWrap::RequireOpen(const Napi::CallbackInfo&) {
  runtime_->ThrowIfDead();
  return {};
}

Napi::Value RuntimeWrap::Close(const Napi::CallbackInfo&) {
  runtime_->Close();
  return {};
}

Napi::Value RuntimeWrap::Terminate(const Napi::CallbackInfo& info) {
  runtime_->Terminate(info[0].ToString());
  return {};
}

}  // namespace isolet
