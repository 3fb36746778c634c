#include "isolate/pending_calls.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "isolate/runtime_thread.h"

namespace isolet {

bool PendingCalls::Watch(uint64_t call, v8::Local<v8::Promise> promise, const CallLimits& limits,
                         const CallScope& scope) {
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
  calls_[call] = {limits, scope.started(), scope.own()};
  if (scope.own().wall != kNever) wall_deadlines_.insert(scope.own().wall);
  if (scope.own().cpu != kNever) cpu_deadlines_.insert(scope.own().cpu);
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
  if (!thread_.evaluator().Encode(info[0], status, &answer)) {
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
  const CallScope::Deadlines& deadlines = found->second.deadlines;
  if (deadlines.wall != kNever) wall_deadlines_.erase(wall_deadlines_.find(deadlines.wall));
  if (deadlines.cpu != kNever) cpu_deadlines_.erase(cpu_deadlines_.find(deadlines.cpu));
  calls_.erase(found);
  thread_.core().figures.pending_calls.Set(calls_.size());
}

void PendingCalls::Abort(uint64_t call) { Remove(call); }

void PendingCalls::AnswerTimeout(uint64_t id, TimeoutClock clock) {
  const Call& call = calls_.at(id);
  bool wall = clock == TimeoutClock::kWall;
  Nanos limit = wall ? call.limits.wall : call.limits.cpu;
  Nanos elapsed = wall ? NowNanos() - call.started
                       : thread_.cpu_clock().NowNanos() - (call.deadlines.cpu - limit);
  auto failure = std::make_unique<Failure>();
  failure->kind = FailureKind::kTimeout;
  failure->clock = clock;
  failure->limit = static_cast<double>(limit) / 1e6;
  failure->seen = static_cast<double>(elapsed) / 1e6;
  Message answer;
  answer.kind = MessageKind::kSettled;
  answer.id = id;
  answer.status = Status::kFailed;
  answer.failure = std::move(failure);
  Remove(id);
  thread_.core().channel.PostToHost(std::move(answer));
}

void PendingCalls::Expire() {
  Nanos now = wall_deadlines_.empty() ? 0 : NowNanos();
  bool wall_passed = !wall_deadlines_.empty() && *wall_deadlines_.begin() <= now;
  Nanos cpu_now = cpu_deadlines_.empty() ? 0 : thread_.cpu_clock().NowNanos();
  bool cpu_passed = !cpu_deadlines_.empty() && *cpu_deadlines_.begin() <= cpu_now;
  if (wall_passed || cpu_passed) {
    std::vector<std::pair<uint64_t, TimeoutClock>> expired;
    for (const auto& [id, call] : calls_) {
      if (wall_passed && call.deadlines.wall <= now) {
        expired.emplace_back(id, TimeoutClock::kWall);
      } else if (cpu_passed && call.deadlines.cpu <= cpu_now) {
        expired.emplace_back(id, TimeoutClock::kCpu);
      }
    }
    for (auto [id, clock] : expired) AnswerTimeout(id, clock);
  }
  for (uint64_t id : std::exchange(stopped_, {})) {
    auto found = calls_.find(id);
    if (found == calls_.end()) continue;
    // Not by its own deadline: by the runtime's limits on work in the background.
    found->second.limits = thread_.core().limits.call;
    AnswerTimeout(id, TimeoutClock::kWall);
  }
}

CallScope::Deadlines PendingCalls::BackgroundDeadlines() const {
  CallScope::Deadlines earliest;
  const CallLimits& limits = thread_.core().limits.call;
  if (limits.wall != kNever) earliest.wall = NowNanos() + limits.wall;
  if (limits.cpu != kNever) earliest.cpu = thread_.cpu_clock().NowNanos() + limits.cpu;
  if (!wall_deadlines_.empty()) earliest.wall = std::min(earliest.wall, *wall_deadlines_.begin());
  if (!cpu_deadlines_.empty()) earliest.cpu = std::min(earliest.cpu, *cpu_deadlines_.begin());
  return earliest;
}

}  // namespace isolet
