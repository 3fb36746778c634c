// How HostRuntime waits for answers, and serves the plugin's calls meanwhile.
#include <algorithm>
#include <utility>

#include "isolate/call_scope.h"
#include "isolate/heap_figures.h"
#include "node/environment.h"
#include "node/host_runtime.h"

namespace isolet {
namespace {

// How soon a waiting worker notices that it is being terminated.
constexpr Nanos kProbeEvery = Nanos{50'000'000};
// How soon to look again at a call that may be overdue.
constexpr Nanos kOverrunStep = 5 * kMillisecond;
// For figures of a runtime that serves, of one that is about to, and of one that is busy with
// calls.
constexpr Nanos kFiguresPatience = Nanos{2'000'000'000};
constexpr Nanos kFinishingFiguresPatience = Nanos{25'000'000};
constexpr Nanos kBusyFiguresPatience = Nanos{2'000'000};

}  // namespace

v8::MaybeLocal<v8::Value> HostRuntime::Request(Message&& command) {
  if (!ThrowIfDead()) return {};
  Waiting waiting{++last_call_, innermost_, serving_ != 0};
  command.id = waiting.id;
  command.parent = serving_;
  if (command.limits.wall != kNever) {
    command.issued = waiting.issued = NowNanos();
    waiting.wall = command.limits.wall;
  }
  // The runtime must not go while its call is on the stack.
  std::shared_ptr<HostRuntime> self = shared_from_this();
  innermost_ = &waiting;
  core_->channel.PostToRuntime(std::move(command));
  Failure why;
  core_->channel.BeginHostWait();
  bool answered = Await(waiting, &why);
  core_->channel.EndHostWait();
  innermost_ = waiting.outer;
  // A death, or an overrun, while the host waited here was not announced to its event loop.
  if (dead() || core_->overrun.is_under_way()) environment_->waker()->WakeHost(id_);
  if (host_terminating_) {
    // What a frame of ours has caught has to go on to the bottom of the stack.
    environment_->isolate()->TerminateExecution();
    return {};
  }
  if (answered) return Deliver(waiting);
  Throw(why);
  return {};
}

bool HostRuntime::Await(Waiting& waiting, Failure* why) {
  Channel& channel = core_->channel;
  Nanos next_probe = environment_->is_worker() ? NowNanos() + kProbeEvery : kNever;
  Nanos deadline = DeadlineAfter(waiting.issued, waiting.wall);
  for (;;) {
    Message message;
    // Read before the queue is: what was said before the death is still heard.
    bool is_dying = dead();
    if (!deferred_.empty()) {
      ServeDeferred();
      if (host_terminating_) return false;
      continue;
    }
    if (channel.TakeFromRuntime(message)) {
      bool is_reply = message.kind == MessageKind::kReply && message.id == waiting.id;
      Serve(message);
      if (is_reply) return true;
      if (waiting.answered) return true;
      if (host_terminating_) return false;
      continue;
    }
    if (waiting.answered) return true;
    if (is_dying) {
      *why = core_->DeathReason();
      return false;
    }
    const bool is_overrun = core_->overrun.is_under_way();
    const std::optional<Expiry> overdue = OverrunOf(waiting);
    if (overdue) {
      *why = TimeoutFailure(*overdue);
      return false;
    }
    // While one is under way, other limits pass that nothing tells of.
    const Nanos next_look = is_overrun ? NowNanos() + kOverrunStep : kNever;
    const auto ready = [&] { return dead() || core_->overrun.is_under_way() != is_overrun; };
    if (channel.WaitAsHost(ready, std::min({deadline, next_probe, next_look}))) continue;
    Nanos now = NowNanos();
    if (now >= next_probe) {
      if (environment_->IsTerminating()) {
        GiveUpTerminating();
        return false;
      }
      next_probe = now + kProbeEvery;
    }
    if (now >= deadline) {
      if (IsQueued(waiting)) {
        *why = TimeoutFailure({WatchdogClock::kWall, waiting.wall, now - waiting.issued});
        return false;
      }
      // It has begun: the runtime's watchdog ends it, or tells of the overrun, or ends the runtime.
      deadline = kNever;
    }
  }
}

std::optional<Expiry> HostRuntime::OverrunOf(const Waiting& waiting) const {
  if (!core_->overrun.is_under_way()) return std::nullopt;
  // Before it is found: else the runtime could come back in between, with time left for the call
  // around.
  const Nanos now = NowNanos();
  const std::optional<Expiry> overrun = core_->overrun.Find();
  if (!overrun) return std::nullopt;
  // The watchdog is armed for one limit at a time, and others pass meanwhile. As ever, all ends for
  // the outermost.
  std::optional<Expiry> found;
  for (const Waiting* at = &waiting; at != nullptr; at = at->outer) {
    if (at->id == overrun->call) {
      found = overrun;
    } else if (DeadlineAfter(at->issued, at->wall) <= now && !IsQueued(*at)) {
      found = {WatchdogClock::kWall, at->wall, now - at->issued, at->id};
    }
  }
  return found;
}

bool HostRuntime::IsQueued(const Waiting& waiting) const {
  const std::atomic<uint64_t>& last =
      waiting.nested ? core_->last_begun : core_->last_outermost_begun;
  return last.load(std::memory_order_relaxed) < waiting.id;
}

void HostRuntime::RefreshFigures() {
  if (dead()) return;
  Message command;
  command.kind = MessageKind::kReadStats;
  const Nanos last = NowNanos() + kFiguresPatience;
  Waiting waiting{++last_call_, innermost_, serving_ != 0};
  command.id = waiting.id;
  innermost_ = &waiting;
  const Nanos patience = pending_calls() == 0 ? kFinishingFiguresPatience : kBusyFiguresPatience;
  core_->channel.PostToRuntime(std::move(command));
  core_->channel.BeginHostWait();
  // One in a builtin that never looks answers later, to nobody: what it last published has
  // to do.
  // Host calls are not served meanwhile: nobody expects code to run in here.
  Message message;
  while (!waiting.answered && !dead()) {
    if (!core_->channel.TakeFromRuntime(message)) {
      const Nanos now = NowNanos();
      const bool computing = core_->phase() == RuntimeCore::Phase::kComputing;
      if (computing) HeapFigures::Ask(*core_, waiting.id);
      if (core_->channel.WaitAsHost([&] { return dead(); }, now + patience)) continue;
      // One that starts, or is about to serve, answers soon.
      if (now >= last || computing) break;
      continue;
    }
    if (message.kind == MessageKind::kHostCall) {
      deferred_.push_back(std::move(message));
      break;
    }
    Serve(message);
  }
  core_->channel.EndHostWait();
  innermost_ = waiting.outer;
  // Nor was a death, or an overrun, announced to its event loop.
  if (dead() || core_->overrun.is_under_way() || !deferred_.empty()) {
    environment_->waker()->WakeHost(id_);
  }
}

}  // namespace isolet
