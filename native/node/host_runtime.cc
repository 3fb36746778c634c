#include "node/host_runtime.h"

#include <algorithm>
#include <utility>

#include "isolate/heap_figures.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "isolate/value_writer.h"
#include "node/environment.h"
#include "node/failure_error.h"
#include "node/js_function.h"

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

std::shared_ptr<HostRuntime> HostRuntime::Start(Environment& environment, RuntimeLimits limits,
                                                RuntimeBeginning beginning,
                                                const HostHooks& hooks) {
  uint64_t id = environment.NextRuntimeId();
  auto core = std::make_shared<RuntimeCore>(std::move(limits), std::move(beginning.bootstrap),
                                            environment.platform(), environment.waker(), id);
  std::shared_ptr<HostRuntime> runtime(new HostRuntime(environment.shared_from_this(), core, id));
  environment.AddRuntime(runtime);
  core->streams_library = environment.streams_library();
  core->snapshot = std::move(beginning.snapshot);
  core->builds_snapshot = beginning.builds_snapshot;
  v8::Isolate* isolate = environment.isolate();
  if (!hooks.console.IsEmpty() && hooks.console->IsFunction()) {
    core->console_handler = runtime->objects_.Add(hooks.console, v8::Undefined(isolate));
  }
  runtime->hooks_.SetUnhandled(hooks.on_unhandled);
  std::string problem = RuntimeThread::Start(core);
  if (!problem.empty()) {
    Failure failure;
    failure.kind = FailureKind::kStartFailed;
    failure.text = std::move(problem);
    core->Die(std::move(failure));
    core->ThreadEnded();
  }
  return runtime;
}

HostRuntime::~HostRuntime() {
  environment_->RemoveRuntime(id_);
  Abandon();
}

bool HostRuntime::Throw(const Failure& failure) {
  environment_->isolate()->ThrowException(ErrorOfFailure(*this, failure));
  return false;
}

bool HostRuntime::ThrowIfDead() { return !dead() || Throw(core_->DeathReason()); }

bool HostRuntime::WriteValue(v8::Local<v8::Value> value, std::string_view root, Message* message) {
  ValueWriter writer(environment_->realm(), functions_, message->payload, limits(),
                     ErrorStacks::kStrip);
  if (writer.Write(value, root)) return true;
  if (writer.problem() == WriteProblem::kThrown) return false;
  return Throw(writer.TakeFailure());
}

// Source text is the host's own, so that no serialization limit applies to it.
bool HostRuntime::WriteSource(v8::Local<v8::Value> source, Message* message) {
  static const RuntimeLimits* const unlimited = [] {
    auto* limits = new RuntimeLimits();
    limits->max_serialization_bytes = SIZE_MAX;
    return limits;
  }();
  ValueWriter writer(environment_->realm(), functions_, message->payload, *unlimited,
                     ErrorStacks::kStrip);
  return writer.Write(source, "code");
}

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

v8::MaybeLocal<v8::Value> HostRuntime::Deliver(Waiting& waiting) {
  Message& reply = waiting.reply;
  switch (reply.status) {
    case Status::kFailed:
      Throw(*reply.failure);
      return {};
    case Status::kPromise: {
      v8::Local<v8::Promise> promise;
      if (!promises_.Add(reply.id, 0, waiting.issued, waiting.wall).ToLocal(&promise)) return {};
      return promise;
    }
    default: {
      ValueReader reader(environment_->realm(), functions_, reply.payload, nullptr);
      v8::Local<v8::Value> value;
      if (reader.Read().ToLocal(&value)) return value;
      return {};
    }
  }
}

v8::MaybeLocal<v8::Value> HostRuntime::RequestAsync(Message&& command, uint64_t abort_id) {
  command.settling = Settling::kAsync;
  command.id = ++last_call_;
  if (command.limits.wall != kNever) command.issued = NowNanos();
  v8::Local<v8::Promise> promise;
  if (!promises_.Add(command.id, abort_id, command.issued, command.limits.wall).ToLocal(&promise)) {
    return {};
  }
  if (dead()) {
    promises_.Reject(command.id, core_->DeathReason());
    return promise;
  }
  core_->channel.PostToRuntime(std::move(command));
  return promise;
}

void HostRuntime::WhenStarted(v8::Local<v8::Function> callback) {
  hooks_.SetStarted(callback);
  Message ping;
  ping.kind = MessageKind::kPing;
  core_->channel.PostToRuntime(std::move(ping));
  // Its end may have been served before.
  if (dead()) environment_->waker()->WakeHost(id_);
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

void HostRuntime::Serve(Message& message) {
  switch (message.kind) {
    case MessageKind::kReply:
      for (Waiting* waiting = innermost_; waiting != nullptr; waiting = waiting->outer) {
        if (waiting->id != message.id) continue;
        waiting->reply = std::move(message);
        waiting->answered = true;
        return;
      }
      return;  // its caller has given up waiting
    case MessageKind::kHostCall: {
      // What a runtime asked for before it died is not done any more.
      if (dead()) return;
      uint64_t outer = std::exchange(serving_, message.id);
      if (!host_terminating_ && !objects_.ServeCall(message)) GiveUpTerminating();
      serving_ = outer;
      return;
    }
    case MessageKind::kSettled:
      return promises_.Settle(message);
    case MessageKind::kUnhandled:
      core_->reports_under_way.fetch_sub(1, std::memory_order_relaxed);
      return hooks_.TellUnhandled(*message.failure);
    case MessageKind::kPing:
      return hooks_.TellStarted();
    case MessageKind::kRelease:
      return objects_.Release(message.target);
    default:
      return;
  }
}

// One at a time: a host function may wait for an answer that needs the next one.
void HostRuntime::ServeDeferred() {
  while (!deferred_.empty() && !host_terminating_) {
    Message call = std::move(deferred_.front());
    deferred_.pop_front();
    Serve(call);
  }
}

void HostRuntime::ServeMessages() {
  std::shared_ptr<HostRuntime> self = shared_from_this();
  bool is_dying = dead();
  ServeDeferred();
  Message message;
  while (core_->channel.TakeFromRuntime(message)) Serve(message);
  if (is_dying) return EndOfLife();
  if (const std::optional<Expiry> overrun = core_->overrun.Find()) {
    promises_.Reject(overrun->call, TimeoutFailure(*overrun));
  }
}

void HostRuntime::EndOfLife() {
  promises_.RejectAll(core_->DeathReason());
  hooks_.TellStarted();
  hooks_.EndStreams(core_->DeathReason());
}

void HostRuntime::Close() {
  core_->Die(Failure{});
  EndOfLife();
}

void HostRuntime::Terminate(std::string reason) {
  core_->Die(TerminatedFailure(std::move(reason)));
  EndOfLife();
}

void HostRuntime::GiveUpTerminating() {
  host_terminating_ = true;
  core_->Die(TerminatedFailure("its worker was terminated"));
}

void HostRuntime::Abandon() { core_->Die(Failure{}); }

void HostRuntime::ReleaseFunction(uint64_t id) {
  if (!dead()) core_->channel.ReleaseAtRuntime(id);
}

}  // namespace isolet
