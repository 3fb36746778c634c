#include "node/host_runtime.h"

#include <utility>

#include "isolate/isolate_factory.h"
#include "isolate/runtime_thread.h"
#include "isolate/value_reader.h"
#include "isolate/value_writer.h"
#include "node/environment.h"
#include "node/failure_error.h"
#include "node/js_function.h"

namespace isolet {

std::shared_ptr<HostRuntime> HostRuntime::Start(Environment& environment, RuntimeLimits limits,
                                                RuntimeBeginning beginning,
                                                const HostHooks& hooks) {
  // Not when the addon is loaded: flags that the host sets until now change what a realm has.
  RecordReferenceIntrinsics(environment.isolate());
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
      // For ReleaseObjects(), once what was said before the death is heard.
      if (dead()) environment_->waker()->WakeHost(id_);
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
  hooks_.ForgetUnhandled();
  ReleaseObjects();
}

// What the host's functions and errors refer to may lead back to this runtime: all of it would
// stay for good. Not while one of them is at work, or an answer that names one may come: the event
// loop comes here again. Nor where the reason of the death, which every later call tells, may name
// one: that of a bootstrap which threw.
void HostRuntime::ReleaseObjects() {
  if (innermost_ != nullptr || serving_ != 0) return;
  const Failure reason = core_->DeathReason();
  if (reason.host_error == 0 && reason.report == nullptr) objects_.ReleaseAll();
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
