// The host's end of one runtime: sends commands, waits for answers while serving
// the plugin's calls, and settles the promises of asynchronous calls.
//
// Thread: host.
// Owner: shared by the JavaScript object, the JsFunctions of the runtime, and its
// pending calls; when the last has gone, the runtime is closed.
#pragma once

#include <v8.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isolate/runtime_core.h"
#include "node/host_functions.h"
#include "node/host_objects.h"
#include "node/pending_promises.h"
#include "node/runtime_hooks.h"

namespace isolet {

class Environment;

// Functions of the host's that a runtime calls by itself; empty: none.
struct HostHooks {
  v8::Local<v8::Value> console;
  v8::Local<v8::Value> on_unhandled;
};

// What a runtime begins with.
struct RuntimeBeginning {
  std::string bootstrap;                     // UTF-8; empty: none
  std::shared_ptr<const Snapshot> snapshot;  // null: none
  // What it is for: see RuntimeCore.
  bool builds_snapshot = false;
};

class HostRuntime final : public std::enable_shared_from_this<HostRuntime> {
 public:
  // Starts the runtime's thread and does not wait for it: a failure to start
  // reaches the first call.
  static std::shared_ptr<HostRuntime> Start(Environment& environment, RuntimeLimits limits,
                                            RuntimeBeginning beginning, const HostHooks& hooks);
  ~HostRuntime();

  Environment& environment() const { return *environment_; }
  uint64_t id() const { return id_; }
  RuntimeCore& core() { return *core_; }
  const std::shared_ptr<RuntimeCore>& core_pointer() const { return core_; }
  HostObjects& objects() { return objects_; }
  HostFunctions& functions() { return functions_; }
  RuntimeHooks& hooks() { return hooks_; }
  const RuntimeLimits& limits() const { return core_->limits; }
  bool dead() const { return core_->dying(); }

  // Sends a command and waits; throws what it failed with. `command.settling`
  // must not be kAsync.
  v8::MaybeLocal<v8::Value> Request(Message&& command);
  // Sends a command and returns a promise of its answer. `abort_id`: for Abort().
  v8::MaybeLocal<v8::Value> RequestAsync(Message&& command, uint64_t abort_id);
  void Abort(uint64_t abort_id) { promises_.Abort(abort_id); }
  size_t pending_calls() const { return promises_.size(); }
  // Calls `callback` once: the runtime serves, or it has ended. Keeps no event loop alive.
  void WhenStarted(v8::Local<v8::Function> callback);
  // Brings the figures up to date, unless the runtime is busy.
  void RefreshFigures();

  // Encodes for the plugin; throws and returns false where that fails.
  bool WriteValue(v8::Local<v8::Value> value, std::string_view root, Message* message);
  bool WriteSource(v8::Local<v8::Value> source, Message* message);
  bool ThrowIfDead();
  // Always false, with the failure's error thrown.
  bool Throw(const Failure& failure);
  void ReleaseFunction(uint64_t id);

  void Close();
  void Terminate(std::string reason);
  // For an environment that ends: as Close(), but touches no promise.
  void Abandon();
  void ForgetPromises() { promises_.Forget(); }
  // Settles the calls whose time is up; returns when to look again.
  Nanos ExpireCalls(Nanos now) { return promises_.Expire(now); }
  bool WaitForThreadEnd(Nanos deadline) { return core_->WaitForThreadEnd(deadline); }

  // JavaScript of this environment is being terminated: nothing more can run.
  void GiveUpTerminating();
  bool is_host_terminating() const { return host_terminating_; }

  // Called by the event loop when the runtime has something to say.
  void ServeMessages();

  v8::MaybeLocal<v8::Value> FindHostValue(uint64_t id) { return objects_.FindValue(id); }

 private:
  struct Waiting {
    uint64_t id;
    Waiting* outer;
    bool nested;  // sent while serving a host call
    Nanos issued = 0;
    Nanos wall = kNever;  // from `issued`
    bool answered = false;
    Message reply{};
  };
  HostRuntime(std::shared_ptr<Environment> environment, std::shared_ptr<RuntimeCore> core,
              uint64_t id)
      : environment_(std::move(environment)),
        core_(std::move(core)),
        id_(id),
        objects_(*this),
        functions_(*this),
        promises_(*this),
        hooks_(*this) {}

  // False: no answer will come; the reason is in `why`, or JavaScript of this
  // environment is being terminated and `why` is left alone.
  bool Await(Waiting& waiting, Failure* why);
  // The limit that a call's answer is overdue for, its own or that of one around it.
  std::optional<Expiry> OverrunOf(const Waiting& waiting) const;
  // Whether the runtime has not come to a call: it is busy with something else.
  bool IsQueued(const Waiting& waiting) const;
  v8::MaybeLocal<v8::Value> Deliver(Waiting& waiting);
  void Serve(Message& message);
  void ServeDeferred();
  // Once it is dead and all it said is heard, or the host wants no more of it.
  void EndOfLife();
  void ReleaseObjects();

  const std::shared_ptr<Environment> environment_;
  const std::shared_ptr<RuntimeCore> core_;
  const uint64_t id_;
  HostObjects objects_;
  HostFunctions functions_;
  PendingPromises promises_;
  RuntimeHooks hooks_;
  uint64_t last_call_ = 0;
  Waiting* innermost_ = nullptr;
  // The host call that is being served; 0: none.
  uint64_t serving_ = 0;
  bool host_terminating_ = false;
  // Host calls that came while nobody could serve them.
  std::deque<Message> deferred_;
};

}  // namespace isolet
