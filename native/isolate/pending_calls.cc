#include "isolate/pending_calls.h"

#include <utility>
#include <vector>

#include "isolate/numbered_reactions.h"
#include "isolate/runtime_thread.h"

namespace isolet {

bool PendingCalls::Watch(v8::Local<v8::Promise> promise, const CallScope& scope, Buffers buffers) {
  const uint64_t call = scope.call();
  const CallScope::Limits& own = scope.own();
  Nanos cpu_left = kNever;
  if (own.cpu.deadline != kNever) cpu_left = own.cpu.deadline - thread_.cpu_clock().NowNanos();
  calls_[call] = {own.began, own.wall, own.cpu.span, cpu_left, buffers};
  if (own.wall.deadline != kNever) wall_limits_.insert({own.wall.deadline, own.wall.span});
  if (!React(thread_.realm().context(), promise, OnFulfilled, OnRejected, call)) {
    Remove(call);
    return false;
  }
  return true;
}

void PendingCalls::OnFulfilled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).pending().Settle(NumberOf(info), info[0], Status::kValue);
}

void PendingCalls::OnRejected(const v8::FunctionCallbackInfo<v8::Value>& info) {
  RuntimeThread::Of(info.GetIsolate()).pending().Settle(NumberOf(info), info[0], Status::kThrown);
}

void PendingCalls::Settle(uint64_t call, v8::Local<v8::Value> outcome, Status status) {
  // Its time was up, it was aborted, or a hostile `then` calls back twice.
  auto found = calls_.find(call);
  if (found == calls_.end()) return;
  Message answer;
  // What settles past its deadline has not settled in time.
  if (thread_.Stopping() ||
      !thread_.evaluator().Encode(outcome, status, found->second.buffers, &answer)) {
    stopped_.push_back({call, status, v8::Global<v8::Value>(thread_.isolate(), outcome)});
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

std::optional<uint64_t> PendingCalls::NextLate() const {
  if (late_.empty()) return std::nullopt;
  return late_.front().call;
}

void PendingCalls::SettleLate() {
  Settled settled = std::move(late_.front());
  late_.pop_front();
  Settle(settled.call, settled.outcome.Get(thread_.isolate()), settled.status);
}

bool PendingCalls::EndOfWork(const CallScope& scope) {
  auto found = calls_.find(scope.call());
  if (scope.stopped()) {
    const bool told = found != calls_.end();
    if (told) Fail(scope.call(), scope.Reason());
    for (Settled& settled : std::exchange(stopped_, {})) {
      if (Has(settled.call)) late_.push_back(std::move(settled));
    }
    return told;
  }
  if (found != calls_.end() && found->second.cpu_left != kNever) {
    found->second.cpu_left = scope.own().cpu.deadline - thread_.cpu_clock().NowNanos();
  }
  return true;
}

}  // namespace isolet
