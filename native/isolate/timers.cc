#include "isolate/timers.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "isolate/code_from_strings.h"
#include "isolate/external_references.h"
#include "isolate/runtime_thread.h"
#include "isolate/script_compiler.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// What a timer takes outside the heap, on both of its lists and as a handle of V8's.
constexpr MemoryCost kCostOfTimer{256, 0};

}  // namespace

Timers::~Timers() {
  for (size_t i = 0; i < timers_.size(); ++i) thread_.charges().Refund(kCostOfTimer);
  thread_.core().figures.active_timers.Set(0);
  thread_.core().figures.active_intervals.Set(0);
}

void Timers::List(ExternalReferences& references) {
  for (v8::FunctionCallback callback : {SetTimeout, SetInterval, Clear, QueueMicrotask}) {
    references.Add(callback);
  }
}

void Timers::Install() {
  const Realm& realm = thread_.realm();
  struct Global {
    const char* name;
    v8::FunctionCallback callback;
    int length;
  };
  // Lengths as the Web IDL of HTML gives them.
  static constexpr Global kGlobals[] = {{"setTimeout", SetTimeout, 1},
                                        {"setInterval", SetInterval, 1},
                                        {"clearTimeout", Clear, 0},
                                        {"clearInterval", Clear, 0},
                                        {"queueMicrotask", QueueMicrotask, 1}};
  for (const Global& global : kGlobals) {
    v8::Local<v8::String> name = Literal(thread_.isolate(), global.name);
    const bool is_taken =
        realm.context()->Global()->HasOwnProperty(realm.context(), name).FromMaybe(true);
    if (is_taken) continue;
    realm.AddFunction(realm.context()->Global(), global.name, global.length, global.callback);
  }
}

void Timers::SetTimeout(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).timers()->Set(info, Repeating::kOnce);
}

void Timers::SetInterval(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).timers()->Set(info, Repeating::kAgain);
}

void Timers::Set(const v8::FunctionCallbackInfo<v8::Value>& info, Repeating repeating) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  std::vector<v8::Local<v8::Value>> items;
  v8::Local<v8::Value> handler = info[0];
  if (!handler->IsFunction()) {
    v8::Local<v8::String> source;
    if (!handler->ToString(context).ToLocal(&source) || !AdmitCodeFromString(thread_, source)) {
      return;
    }
    handler = source;
  }
  double milliseconds = 0;
  if (info.Length() > 1 && !info[1]->NumberValue(context).To(&milliseconds)) return;
  // HTML converts to a `long`: what is out of its range is not far away, but at once.
  if (std::isnan(milliseconds) || milliseconds < 0 || milliseconds > INT32_MAX) milliseconds = 0;
  items.push_back(handler);
  for (int i = 2; i < info.Length(); ++i) items.push_back(info[i]);
  if (!thread_.charges().Claim(kCostOfTimer)) {
    isolate->ThrowException(thread_.realm().NewError("RangeError", "too many timers"));
    return;
  }
  do {
    last_id_ = last_id_ == INT32_MAX ? 1 : last_id_ + 1;
  } while (timers_.contains(last_id_));
  const auto delay = static_cast<Nanos>(std::floor(milliseconds)) * kMillisecond;
  Timer timer;
  timer.handler.Reset(isolate, v8::Array::New(isolate, items.data(), items.size()));
  timer.due = NowNanos() + delay;
  // Of 0 ms it would leave no turn to anything else.
  timer.interval = repeating == Repeating::kAgain ? std::max(delay, kMillisecond) : kNever;
  timer.account = thread_.innermost() != nullptr ? thread_.innermost()->call() : 0;
  queue_.insert({timer.due, last_id_});
  if (timer.interval != kNever) ++intervals_;
  timers_.emplace(last_id_, std::move(timer));
  PublishFigures();
  info.GetReturnValue().Set(last_id_);
}

void Timers::Clear(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread& thread = RuntimeThread::Of(info.GetIsolate());
  int32_t id = 0;
  if (!info[0]->Int32Value(thread.realm().context()).To(&id)) return;
  Timers& timers = *thread.timers();
  auto found = timers.timers_.find(id);
  if (found != timers.timers_.end()) timers.Remove(found);
}

void Timers::Remove(std::map<int32_t, Timer>::iterator found) {
  queue_.erase({found->second.due, found->first});
  if (found->second.interval != kNever) --intervals_;
  timers_.erase(found);
  thread_.charges().Refund(kCostOfTimer);
  PublishFigures();
}

void Timers::PublishFigures() {
  thread_.core().figures.active_timers.Set(timers_.size() - intervals_ + running_);
  thread_.core().figures.active_intervals.Set(intervals_);
}

void Timers::QueueMicrotask(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  if (!info[0]->IsFunction()) {
    isolate->ThrowException(v8::Exception::TypeError(
        Literal(isolate, "queueMicrotask(): the argument must be a function")));
    return;
  }
  isolate->EnqueueMicrotask(info[0].As<v8::Function>());
}

std::optional<Timers::Due> Timers::FindDue() const {
  if (queue_.empty()) return std::nullopt;
  const auto [due, id] = *queue_.begin();
  if (due > NowNanos()) return std::nullopt;
  return Due{timers_.at(id).account, id};
}

void Timers::Run(int32_t id) {
  auto found = timers_.find(id);
  if (found == timers_.end()) return;
  v8::Local<v8::Array> handler = found->second.handler.Get(thread_.isolate());
  const bool is_interval = found->second.interval != kNever;
  if (!is_interval) {
    running_ = 1;
    Remove(found);
  }
  Call(handler);
  if (!is_interval) return;
  // It may have cleared itself.
  found = timers_.find(id);
  if (found == timers_.end()) return;
  Timer& timer = found->second;
  queue_.erase({timer.due, id});
  timer.due = NowNanos() + timer.interval;
  queue_.insert({timer.due, id});
}

void Timers::EndRun() {
  running_ = 0;
  PublishFigures();
}

void Timers::Call(v8::Local<v8::Array> handler) {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::TryCatch try_catch(isolate);
  // Handed on to the listener for what nobody catches.
  try_catch.SetVerbose(true);
  std::vector<v8::Local<v8::Value>> items(handler->Length());
  for (uint32_t i = 0; i < handler->Length(); ++i) {
    if (!handler->Get(context, i).ToLocal(&items[i])) return;
  }
  if (items[0]->IsFunction()) {
    static_cast<void>(
        items[0]
            .As<v8::Function>()
            ->Call(context, context->Global(), static_cast<int>(items.size()) - 1, items.data() + 1)
            .IsEmpty());
    return;
  }
  static_cast<void>(thread_.evaluator().RunScript(items[0].As<v8::String>(), "<timer>"));
}

}  // namespace isolet
