#include "isolate/pending_calls.h"

#include <utility>
#include <vector>

#include "isolate/runtime_thread.h"

namespace isolet {

bool PendingCalls::Watch(v8::Local<v8::Promise> promise, const CallScope& scope) {
  const uint64_t call = scope.call();
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::Value> id = v8::Number::New(isolate, static_cast<double>(call));
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  if (!v8::Function::New(context, OnFulfilled, id, 1, v8::ConstructorBehavior::kThrow)
           .ToLocal(&fulfilled) ||
      !v8::Function::New(context, OnRejected, id, 1, v8::ConstructorBehavior::kThrow)
           .ToLocal(&rejected)) {
    return false;
  }
  const CallScope::Limits& own = scope.own();
  Nanos cpu_left = kNever;
  if (own.cpu.deadline != kNever) cpu_left = own.cpu.deadline - thread_.cpu_clock().NowNanos();
  calls_[call] = {own.began, own.wall, own.cpu.span, cpu_left};
  if (own.wall.deadline != kNever) wall_limits_.insert({own.wall.deadline, own.wall.span});
  thread_.core().figures.pending_calls.Set(calls_.size());
  if (promise->Then(context, fulfilled, rejected).IsEmpty()) {
    Remove(call);
    return false;
  }
  return true;
}

void PendingCalls::OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).pending().Settle(info, Status::kValue);
}

void PendingCalls::OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).pending().Settle(info, Status::kThrown);
}

void PendingCalls::Settle(const v8::FunctionCallbackInfo<v8::Value>& info, Status status) {
  auto call = static_cast<uint64_t>(info.Data().As<v8::Number>()->Value());
  // Its time was up, it was aborted, or a hostile `then` calls back twice.
  if (!Has(call)) return;
  Message answer;
  // What settles past its deadline has not settled in time.
  if (thread_.Stopping() || !thread_.evaluator().Encode(info[0], status, &answer)) {
    stopped_.push_back(call);
    return;
  }
  Remove(call);
  answer.kind = MessageKind::kSettled;
  answer.id = call;
  thread_.core().channel.PostToHost(std::move(answer));
}

void PendingCalls::Remove(uint64_t call) {
  auto found = calls_.find(call);
  if (found == calls_.end()) return;
  const TimeLimit& wall = found->second.wall;
  if (wall.deadline != kNever) wall_limits_.erase(wall_limits_.find({wall.deadline, wall.span}));
  calls_.erase(found);
  thread_.core().figures.pending_calls.Set(calls_.size());
}

void PendingCalls::Fail(uint64_t id, Failure failure) {
  Message answer;
  answer.kind = MessageKind::kSettled;
  answer.id = id;
  answer.status = Status::kFailed;
  answer.failure = std::make_unique<Failure>(std::move(failure));
  Remove(id);
  thread_.core().channel.PostToHost(std::move(answer));
}

void PendingCalls::Expire() {
  if (wall_limits_.empty()) return;
  const Nanos now = NowNanos();
  if (NextWallDeadline() > now) return;
  std::vector<std::pair<uint64_t, Expiry>> expired;
  for (const auto& [id, call] : calls_) {
    if (call.wall.deadline > now) continue;
    expired.push_back({id, {WatchdogClock::kWall, call.wall.span, now - call.began}});
  }
  for (const auto& [id, expiry] : expired) Fail(id, TimeoutFailure(expiry));
}

CallScope::Limits PendingCalls::LimitsFor(uint64_t call) const {
  auto found = calls_.find(call);
  if (found != calls_.end()) {
    const Call& pending = found->second;
    CallScope::Limits limits{pending.began, pending.wall, {}};
    if (pending.cpu_left != kNever) {
      limits.cpu = {thread_.cpu_clock().NowNanos() + pending.cpu_left, pending.cpu_span};
    }
    return limits;
  }
  CallScope::Limits limits = CallScope::LimitsFrom(thread_, thread_.core().limits.call, 0);
  if (call == 0 && NextWallDeadline() < limits.wall.deadline) {
    const auto& [deadline, span] = *wall_limits_.begin();
    limits.began = deadline - span;
    limits.wall = {deadline, span};
  }
  return limits;
}

void PendingCalls::EndOfWork(const CallScope& scope) {
  auto found = calls_.find(scope.call());
  if (scope.stopped()) {
    if (found != calls_.end()) Fail(scope.call(), scope.Reason());
    for (uint64_t id : std::exchange(stopped_, {})) {
      if (Has(id)) Fail(id, scope.Reason());
    }
  } else if (found != calls_.end() && found->second.cpu_left != kNever) {
    found->second.cpu_left = scope.own().cpu.deadline - thread_.cpu_clock().NowNanos();
  }
}

}  // namespace isolet
