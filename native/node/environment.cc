#include "node/environment.h"

#include <node.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "isolate/v8_strings.h"
#include "node/exit_hook.h"
#include "node/host_runtime.h"
#include "node/js_function.h"

namespace isolet {
namespace {

// How long an ending environment waits for a runtime's thread that does not stop.
constexpr Nanos kCleanupPatience = Nanos{2'000'000'000};
// The same for the main thread, which the exit hook follows, while no other ends either.
constexpr Nanos kMainCleanupPatience = Nanos{200'000'000};
// For a runtime that has just answered to fall idle.
constexpr Nanos kIdlePatience = Nanos{10'000'000};

// Bytes of a JsFunction at the host: some 400 of the C++ heap, and what V8 makes for a function
// of a template in its old generation, which no scavenge frees.
constexpr int64_t kMemoryOfFunction = 1024;

}  // namespace

// As the finalizer of the instance data.
void LeaveToCleanupHook(Napi::Env, Environment*) {}

void Environment::Create(Napi::Env env) {
  std::shared_ptr<Environment> environment(new Environment(env));
  environment->self_ = environment;
  environment->Open();
  // The finalizer does nothing: the cleanup hook, which may have to wait for
  // libuv, lets go of it.
  env.SetInstanceData<Environment, LeaveToCleanupHook>(environment.get());
}

Environment::Environment(Napi::Env env) : isolate_(v8::Isolate::GetCurrent()), env_(env) {
  v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  node::Environment* node_environment = node::GetCurrentEnvironment(context);
  platform_ = node::GetMultiIsolatePlatform(node_environment);
  uv_loop_t* loop = node::GetCurrentEventLoop(isolate_);
  is_worker_ = loop != uv_default_loop();
  realm_.emplace(isolate_, context);
  external_.Reset(isolate_, v8::External::New(isolate_, this));
  function_key_.Reset(isolate_, v8::Private::New(isolate_, Literal(isolate_, "isolet:function")));
  receiver_key_.Reset(isolate_, v8::Private::New(isolate_, Literal(isolate_, "isolet:receiver")));
  resource_.Reset(isolate_, v8::Object::New(isolate_));
}

void Environment::Open() {
  waker_ =
      EventLoopWaker::Open(node::GetCurrentEventLoop(isolate_),
                           [this](const std::vector<uint64_t>& runtimes) { OnWake(runtimes); });
  timer_.emplace(node::GetCurrentEventLoop(isolate_), [this] { OnTimer(); });
  if (!is_worker_) ExitHook::Register(*this);
  napi_add_async_cleanup_hook(
      env_,
      [](napi_async_cleanup_hook_handle, void* data) {
        static_cast<Environment*>(data)->CleanUp();
      },
      this, &cleanup_hook_);
}

void Environment::SetHooks(Hooks hooks) {
  create_error_.Reset(isolate_, hooks.create_error);
  function_prototype_.Reset(isolate_, hooks.function_prototype);
  open_stream_.Reset(isolate_, hooks.open_stream);
  wrap_stream_.Reset(isolate_, hooks.wrap_stream);
  end_streams_.Reset(isolate_, hooks.end_streams);
  move_buffer_.Reset(isolate_, hooks.move_buffer);
  streams_library_ = std::move(hooks.streams_library);
}

void Environment::AddRuntime(const std::shared_ptr<HostRuntime>& runtime) {
  runtimes_[runtime->id()] = runtime;
  std::erase_if(cores_, [](const auto& core) { return core.expired(); });
  cores_.push_back(runtime->core_pointer());
}

std::shared_ptr<HostRuntime> Environment::FindRuntime(uint64_t id) const {
  auto found = runtimes_.find(id);
  return found == runtimes_.end() ? nullptr : found->second.lock();
}

void Environment::Keep(JsFunction* function) {
  functions_.insert(function);
  Napi::MemoryManagement::AdjustExternalMemory(env_, kMemoryOfFunction);
}

void Environment::Forget(JsFunction* function) {
  functions_.erase(function);
  Napi::MemoryManagement::AdjustExternalMemory(env_, -kMemoryOfFunction);
}

void Environment::OnWake(const std::vector<uint64_t>& calling) {
  v8::HandleScope handles(isolate_);
  v8::Context::Scope entered(realm_->context());
  for (uint64_t id : calling) {
    std::shared_ptr<HostRuntime> runtime = FindRuntime(id);
    if (runtime == nullptr) continue;
    // Runs the continuations of what was settled, as after any callback.
    node::CallbackScope scope(isolate_, resource_.Get(isolate_), node::async_context{0, 0});
    runtime->ServeMessages();
  }
}

void Environment::OnTimer() {
  v8::HandleScope handles(isolate_);
  v8::Context::Scope entered(realm_->context());
  node::CallbackScope scope(isolate_, resource_.Get(isolate_), node::async_context{0, 0});
  std::vector<std::shared_ptr<HostRuntime>> runtimes;
  runtimes.reserve(runtimes_.size());
  for (const auto& [id, weak] : runtimes_) {
    if (std::shared_ptr<HostRuntime> runtime = weak.lock()) runtimes.push_back(std::move(runtime));
  }
  const Nanos now = NowNanos();
  Nanos next = kNever;
  for (const auto& runtime : runtimes) next = std::min(next, runtime->ExpireCalls(now));
  if (next != kNever) LookAgain(next);
}

void Environment::HaltRuntimes() {
  const Nanos patience = NowNanos() + kIdlePatience;
  for (const auto& weak : cores_) {
    std::shared_ptr<RuntimeCore> core = weak.lock();
    if (core == nullptr) continue;
    while (!core->dying() && !core->HaltIfServing()) {
      if (NowNanos() >= patience) core->Die(Failure{});
      std::this_thread::yield();
    }
  }
}

// What an ending worker lets nobody do any more. Node says so for good; the termination that it
// asks V8 for is forgotten with whichever frame catches it, Node's own among them.
bool Environment::IsStopping() {
  napi_value object = nullptr;
  bool is_exception_pending = true;
  return napi_is_exception_pending(env_, &is_exception_pending) == napi_ok &&
         !is_exception_pending && napi_create_object(env_, &object) == napi_ok &&
         napi_object_seal(env_, object) == napi_pending_exception;
}

bool Environment::IsTerminating() {
  v8::HandleScope handles(isolate_);
  if (IsStopping()) return true;
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Context> context = realm_->context();
  // A requested termination takes effect where JavaScript begins to run, and
  // nowhere else can it be seen.
  v8::Local<v8::Script> nothing;
  if (v8::Script::Compile(context, v8::String::Empty(isolate_)).ToLocal(&nothing) &&
      !nothing->Run(context).IsEmpty()) {
    return false;
  }
  return try_catch.HasTerminated();
}

void Environment::CleanUp() {
  v8::HandleScope handles(isolate_);
  std::vector<std::shared_ptr<HostRuntime>> runtimes;
  for (auto& [id, weak] : runtimes_) {
    if (std::shared_ptr<HostRuntime> runtime = weak.lock()) runtimes.push_back(std::move(runtime));
  }
  for (const auto& runtime : runtimes) {
    runtime->Abandon();
    runtime->ForgetPromises();
  }
  const Nanos deadline = NowNanos() + kCleanupPatience;
  for (const auto& runtime : runtimes) {
    const Nanos patience = is_worker_ ? deadline : NowNanos() + kMainCleanupPatience;
    if (!runtime->WaitForThreadEnd(std::min(patience, deadline)) && !is_worker_) break;
  }
  runtimes.clear();
  runtimes_.clear();
  for (JsFunction* function : std::exchange(functions_, {})) delete function;
  create_error_.Reset();
  function_prototype_.Reset();
  open_stream_.Reset();
  wrap_stream_.Reset();
  end_streams_.Reset();
  move_buffer_.Reset();
  function_key_.Reset();
  receiver_key_.Reset();
  external_.Reset();
  resource_.Reset();
  realm_.reset();
  waker_->Close([this] {
    timer_->Close([this] {
      napi_async_cleanup_hook_handle hook = cleanup_hook_;
      self_.reset();  // may be the end of this object
      napi_remove_async_cleanup_hook(hook);
    });
  });
}

}  // namespace isolet
