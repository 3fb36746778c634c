// What the addon keeps per Node environment (the main thread, each worker).
//
// Thread: host.
// Owner: itself until its cleanup hook has run, and the runtimes that outlive that:
// N-API finalizes their objects later.
#pragma once

#include <napi.h>
#include <v8.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "isolate/realm.h"
#include "node/event_loop_waker.h"
#include "node/loop_timer.h"

namespace node {
class MultiIsolatePlatform;
}

namespace isolet {

class HostRuntime;
class RuntimeCore;
class StreamsLibrary;
struct JsFunction;

class Environment : public std::enable_shared_from_this<Environment> {
 public:
  static void Create(Napi::Env env);
  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }
  static Environment& Of(v8::Local<v8::Value> external) {
    return *static_cast<Environment*>(external.As<v8::External>()->Value());
  }

  v8::Isolate* isolate() const { return isolate_; }
  const Realm& realm() const { return *realm_; }
  v8::Local<v8::Value> external() const { return external_.Get(isolate_); }
  node::MultiIsolatePlatform* platform() const { return platform_; }
  const std::shared_ptr<EventLoopWaker>& waker() const { return waker_; }
  bool is_worker() const { return is_worker_; }
  // Has all runtimes settle what is overdue at that time.
  void LookAgain(Nanos at) { timer_->SetFor(at); }

  // From lib/: makes typed errors, and what JsFunctions inherit.
  struct Hooks {
    v8::Local<v8::Function> create_error;
    v8::Local<v8::Object> function_prototype;
    // open(counts, iterable) gives the two ends of a stream, wrap(counts, pull, cancel) a
    // stream of them, end(counts, reason) ends all streams of a runtime.
    v8::Local<v8::Function> open_stream;
    v8::Local<v8::Function> wrap_stream;
    v8::Local<v8::Function> end_streams;
    // move(buffer) gives another buffer with its memory, or nothing.
    v8::Local<v8::Function> move_buffer;
    std::shared_ptr<StreamsLibrary> streams_library;
  };
  void SetHooks(Hooks hooks);
  v8::Local<v8::Function> open_stream() const { return open_stream_.Get(isolate_); }
  v8::Local<v8::Function> wrap_stream() const { return wrap_stream_.Get(isolate_); }
  v8::Local<v8::Function> end_streams() const { return end_streams_.Get(isolate_); }
  v8::Local<v8::Function> move_buffer() const { return move_buffer_.Get(isolate_); }
  const std::shared_ptr<StreamsLibrary>& streams_library() const { return streams_library_; }
  v8::Local<v8::Function> create_error() const { return create_error_.Get(isolate_); }
  v8::Local<v8::Object> function_prototype() const { return function_prototype_.Get(isolate_); }

  // Finds the data behind a JsFunction: a private property, out of code's reach.
  v8::Local<v8::Private> function_key() const { return function_key_.Get(isolate_); }
  v8::Local<v8::Private> receiver_key() const { return receiver_key_.Get(isolate_); }
  // What a handle takes at the host counts as external memory of its JavaScript object,
  // so that a script that gives away functions in a loop brings on the host's collections.
  void Keep(JsFunction* function);
  void Forget(JsFunction* function);

  void AddRuntime(const std::shared_ptr<HostRuntime>& runtime);
  std::shared_ptr<HostRuntime> FindRuntime(uint64_t id) const;
  void RemoveRuntime(uint64_t id) { runtimes_.erase(id); }
  uint64_t NextRuntimeId() { return ++last_runtime_id_; }

  // Has every runtime end what it runs, and begin nothing any more, for a process
  // that exits. Does not wait for those that have to end.
  void HaltRuntimes();

  // Whether the JavaScript of this environment is being terminated, as by
  // worker.terminate(): told only to who runs some.
  bool IsTerminating();

 private:
  explicit Environment(Napi::Env env);
  void OnWake(const std::vector<uint64_t>& calling);
  void OnTimer();
  void Open();
  void CleanUp();
  bool IsStopping();

  v8::Isolate* const isolate_;
  const Napi::Env env_;
  node::MultiIsolatePlatform* platform_ = nullptr;
  bool is_worker_ = false;
  std::optional<Realm> realm_;
  v8::Global<v8::External> external_;
  v8::Global<v8::Private> function_key_;
  v8::Global<v8::Private> receiver_key_;
  v8::Global<v8::Function> create_error_;
  v8::Global<v8::Object> function_prototype_;
  v8::Global<v8::Function> open_stream_;
  v8::Global<v8::Function> wrap_stream_;
  v8::Global<v8::Function> end_streams_;
  v8::Global<v8::Function> move_buffer_;
  std::shared_ptr<StreamsLibrary> streams_library_;
  v8::Global<v8::Object> resource_;
  std::shared_ptr<EventLoopWaker> waker_;
  std::optional<LoopTimer> timer_;
  napi_async_cleanup_hook_handle cleanup_hook_ = nullptr;
  std::shared_ptr<Environment> self_;
  uint64_t last_runtime_id_ = 0;
  std::unordered_map<uint64_t, std::weak_ptr<HostRuntime>> runtimes_;
  // Of all runtimes whose threads still live, also where nothing else refers to
  // them any more.
  std::vector<std::weak_ptr<RuntimeCore>> cores_;
  std::unordered_set<JsFunction*> functions_;
};

}  // namespace isolet
