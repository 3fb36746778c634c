#include "node/pending_promises.h"

#include <algorithm>
#include <utility>

#include "isolate/call_scope.h"
#include "isolate/message_loop.h"
#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "node/environment.h"
#include "node/failure_error.h"
#include "node/host_runtime.h"
#include "node/host_try_catch.h"

namespace isolet {
namespace {

// How soon to look again at code that is to stop.
constexpr Nanos kStopStep = 5 * kMillisecond;

}  // namespace

// Whether resolving a promise with `value` would call a function from the host's
// microtasks, where no deadline holds: the plugin's, or one of the host's own that
// the plugin chose and that may never settle the promise.
bool PendingPromises::IsThenable(v8::Local<v8::Value> value) const {
  if (!value->IsObject() || value->IsFunction()) return false;
  Environment& environment = runtime_.environment();
  v8::Local<v8::Context> context = environment.realm().context();
  v8::Local<v8::String> key = Literal(environment.isolate(), "then");
  v8::Local<v8::Value> then;
  return value.As<v8::Object>()->HasOwnProperty(context, key).FromMaybe(false) &&
         value.As<v8::Object>()->Get(context, key).ToLocal(&then) && then->IsFunction();
}

v8::MaybeLocal<v8::Promise> PendingPromises::Add(uint64_t call, uint64_t abort_id, Nanos issued,
                                                 Nanos wall) {
  Environment& environment = runtime_.environment();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(environment.realm().context()).ToLocal(&resolver)) return {};
  Pending& pending = promises_[call];
  pending.resolver.Reset(environment.isolate(), resolver);
  pending.abort_id = abort_id;
  if (abort_id != 0) abortable_[abort_id] = call;
  pending.runtime = runtime_.shared_from_this();
  pending.issued = issued;
  pending.wall = wall;
  if (wall != kNever) {
    deadlines_.insert({issued + wall, call});
    environment.LookAgain(issued + wall);
  }
  environment.waker()->Hold();
  return resolver->GetPromise();
}

PendingPromises::Pending PendingPromises::Take(
    std::unordered_map<uint64_t, Pending>::iterator found) {
  Pending pending = std::move(found->second);
  if (pending.wall != kNever) deadlines_.erase({pending.issued + pending.wall, found->first});
  abortable_.erase(pending.abort_id);
  promises_.erase(found);
  return pending;
}

Nanos PendingPromises::Expire(Nanos now) {
  // The last promise may hold the last reference to the runtime.
  std::shared_ptr<HostRuntime> runtime = runtime_.shared_from_this();
  Nanos next = kNever;
  for (auto at = deadlines_.begin(); at != deadlines_.end() && at->first <= now;) {
    const auto [deadline, call] = *at++;
    // What it computes for just now is ended by its watchdog, which tells a
    // runtime that does not come back from one that does.
    RuntimeCore& core = runtime_.core();
    if (core.account.load(std::memory_order_relaxed) == call && !core.overrun.is_under_way()) {
      next = now + kStopStep;
      continue;
    }
    const Pending& pending = promises_.at(call);
    Reject(call, TimeoutFailure({WatchdogClock::kWall, pending.wall, now - pending.issued}));
    at = deadlines_.upper_bound({deadline, call});
  }
  auto later = deadlines_.upper_bound({now, UINT64_MAX});
  if (later != deadlines_.end()) next = std::min(next, later->first);
  return std::min(next, GiveUpStuck(now));
}

void PendingPromises::Abort(uint64_t abort_id) {
  auto found = abortable_.find(abort_id);
  if (found == abortable_.end()) return;
  const uint64_t call = found->second;
  // Wherever the call is: running, in the queue, or waiting.
  RuntimeCore& core = runtime_.core();
  core.RequestAbort(call);
  core.terminator.Interrupt(MessageLoop::OnAbortRequested, &core);
  Message abort;
  abort.kind = MessageKind::kAbort;
  abort.target = call;
  core.channel.PostToRuntime(std::move(abort));
  const Nanos now = NowNanos();
  stopping_.push_back({call, now, core.CpuTime()});
  runtime_.environment().LookAgain(now + kStopStep);
  Failure aborted;
  aborted.kind = FailureKind::kAborted;
  Reject(call, std::move(aborted));
}

// As the watchdog does with a call whose time is up.
Nanos PendingPromises::GiveUpStuck(Nanos now) {
  RuntimeCore& core = runtime_.core();
  std::erase_if(stopping_, [&](const Stopping& stopping) {
    // Its turn is over, or will be no more than the look at its abort. What goes on in its name
    // once that was taken is no sign that it did not stop.
    return core.account.load(std::memory_order_relaxed) != stopping.call ||
           !core.IsAborted(stopping.call);
  });
  if (stopping_.empty() || core.dying()) return kNever;
  const Stopping& stopping = stopping_.front();
  const Nanos cpu = core.CpuTime() - stopping.cpu_since;
  if (cpu < kStopPatience.cpu && now - stopping.since < kStopPatience.wall) {
    return now + kStopStep;
  }
  core.Die(TerminatedFailure("a call that was aborted did not stop"));
  return kNever;
}

void PendingPromises::Settle(Message& settled) {
  auto found = promises_.find(settled.id);
  if (found == promises_.end()) return;
  Pending pending = Take(found);
  Environment& environment = runtime_.environment();
  environment.waker()->LetGo();
  v8::Isolate* isolate = environment.isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = environment.realm().context();
  v8::Local<v8::Promise::Resolver> resolver = pending.resolver.Get(isolate);
  HostTryCatch try_catch(isolate);
  v8::Local<v8::Value> value;
  if (settled.status == Status::kFailed) {
    resolver->Reject(context, ErrorOfFailure(runtime_, *settled.failure)).FromMaybe(false);
    return;
  }
  ValueReader reader(environment.realm(), runtime_.functions(), settled.payload, nullptr);
  if (reader.Read().ToLocal(&value) && IsThenable(value)) {
    // Made to look like none while the plugin's side asked.
    Failure refused;
    refused.kind = FailureKind::kDataClone;
    refused.path = "result.then";
    refused.text = "a thenable";
    resolver->Reject(context, ErrorOfFailure(runtime_, refused)).FromMaybe(false);
  } else if (!value.IsEmpty()) {
    resolver->Resolve(context, value).FromMaybe(false);
  } else {
    value = try_catch.HasCaught() ? try_catch.Exception() : v8::Undefined(isolate).As<v8::Value>();
    resolver->Reject(context, value).FromMaybe(false);
  }
}

void PendingPromises::Reject(uint64_t call, Failure reason) {
  Message settled;
  settled.id = call;
  settled.status = Status::kFailed;
  settled.failure = std::make_unique<Failure>(std::move(reason));
  Settle(settled);
}

void PendingPromises::Forget() {
  std::shared_ptr<HostRuntime> runtime = runtime_.shared_from_this();
  deadlines_.clear();
  abortable_.clear();
  std::exchange(promises_, {}).clear();
}

void PendingPromises::RejectAll(const Failure& reason) {
  // The last promise may hold the last reference to the runtime.
  std::shared_ptr<HostRuntime> runtime = runtime_.shared_from_this();
  while (!promises_.empty()) Reject(promises_.begin()->first, reason);
}

}  // namespace isolet
