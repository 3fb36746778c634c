// A platform for node::NewIsolate to register its isolate with, which passes
// the registration on with a delegate of ours.
//
// NewIsolate registers with a libuv loop; a runtime's thread has none, and the
// platform's overload that takes a delegate is only reachable this way. V8
// itself keeps using the real platform: of this one nothing but RegisterIsolate
// is ever called, which is why the rest ends the process.
//
// Thread: runtime (during creation only).
// Owner: IsolateFactory, on its stack.
#pragma once

#include <node.h>
#include <v8-platform.h>

#include <cstdlib>
#include <memory>

namespace isolet {

class RegisteringPlatform final : public node::MultiIsolatePlatform {
 public:
  RegisteringPlatform(node::MultiIsolatePlatform* real, node::IsolatePlatformDelegate* delegate)
      : real_(real), delegate_(delegate) {}

  void RegisterIsolate(v8::Isolate* isolate, struct uv_loop_s*) override {
    real_->RegisterIsolate(isolate, delegate_);
  }

  bool FlushForegroundTasks(v8::Isolate*) override { std::abort(); }
  void DrainTasks(v8::Isolate*) override { std::abort(); }
  void RegisterIsolate(v8::Isolate*, node::IsolatePlatformDelegate*) override { std::abort(); }
  void UnregisterIsolate(v8::Isolate*) override { std::abort(); }
  void AddIsolateFinishedCallback(v8::Isolate*, void (*)(void*), void*) override { std::abort(); }

  v8::PageAllocator* GetPageAllocator() override { std::abort(); }
  int NumberOfWorkerThreads() override { std::abort(); }
  double MonotonicallyIncreasingTime() override { std::abort(); }
  double CurrentClockTimeMillis() override { std::abort(); }
  v8::TracingController* GetTracingController() override { std::abort(); }
#if NODE_MAJOR_VERSION >= 24
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate*, v8::TaskPriority) override {
    std::abort();
  }
#else
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate*) override { std::abort(); }
#endif

#if NODE_MAJOR_VERSION >= 22
 private:
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority, std::unique_ptr<v8::JobTask>,
                                               const v8::SourceLocation&) override {
    std::abort();
  }
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority, std::unique_ptr<v8::Task>,
                                  const v8::SourceLocation&) override {
    std::abort();
  }
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority, std::unique_ptr<v8::Task>, double,
                                         const v8::SourceLocation&) override {
    std::abort();
  }
#else
  std::unique_ptr<v8::JobHandle> CreateJob(v8::TaskPriority,
                                           std::unique_ptr<v8::JobTask>) override {
    std::abort();
  }
  void CallOnWorkerThread(std::unique_ptr<v8::Task>) override { std::abort(); }
  void CallDelayedOnWorkerThread(std::unique_ptr<v8::Task>, double) override { std::abort(); }
#endif

 private:
  node::MultiIsolatePlatform* const real_;
  node::IsolatePlatformDelegate* const delegate_;
};

}  // namespace isolet
