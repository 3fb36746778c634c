// V8's foreground tasks of one isolate: garbage collection steps, finalization
// callbacks, WebAssembly compilation, Atomics.waitAsync.
//
// V8 may post from any thread, also while the isolate is being disposed, so the
// queue outlives the isolate and destroys what is left over.
//
// Thread: runtime; posting from any.
// Owner: shared by RuntimeThread and V8's platform.
#pragma once

#include <node.h>
#include <v8-platform.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "shared/clock.h"

namespace isolet {

class TaskQueue final : public v8::TaskRunner,
                        public node::IsolatePlatformDelegate,
                        public std::enable_shared_from_this<TaskQueue> {
 public:
  // `wake` is called after every post, from any thread, until Close().
  explicit TaskQueue(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The next task that is due, or null. A task must not run inside another or
  // inside JavaScript. The queue has it until Drop(): code that is left by longjmp would
  // lose it, and V8 waits at the isolate's end for tasks that are not destroyed.
  v8::Task* Take();
  void Drop() { taken_.reset(); }
  // Whether anything was posted since ClearPosted(). Cheap enough to spin on.
  bool Posted() const { return posted_since_.load(std::memory_order_acquire); }
  void ClearPosted() { posted_since_.store(false, std::memory_order_release); }
  // When the earliest delayed task is due; kNever: none.
  Nanos NextDue();
  // Destroys what is queued or taken: some tasks hold handles of V8's, which have to go before
  // the isolate does.
  void Discard();
  // The same, and takes nothing more.
  void Close();

  // node::IsolatePlatformDelegate
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner() override { return shared_from_this(); }
  // v8::TaskRunner and node::IsolatePlatformDelegate
  bool IdleTasksEnabled() override { return false; }
  // Finalization callbacks and Atomics.waitAsync use these: the base class
  // drops them silently.
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

#if NODE_MAJOR_VERSION < 24
  void PostTask(std::unique_ptr<v8::Task> task) override { Post(std::move(task), 0); }
  void PostNonNestableTask(std::unique_ptr<v8::Task> task) override { Post(std::move(task), 0); }
  void PostDelayedTask(std::unique_ptr<v8::Task> task, double seconds) override {
    Post(std::move(task), seconds);
  }
  void PostNonNestableDelayedTask(std::unique_ptr<v8::Task> task, double seconds) override {
    Post(std::move(task), seconds);
  }
  void PostIdleTask(std::unique_ptr<v8::IdleTask>) override {}
#endif
#if NODE_MAJOR_VERSION >= 22
 protected:
  void PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override {
    Post(std::move(task), 0);
  }
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override {
    Post(std::move(task), 0);
  }
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                           const v8::SourceLocation&) override {
    Post(std::move(task), seconds);
  }
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                      const v8::SourceLocation&) override {
    Post(std::move(task), seconds);
  }
  void PostIdleTaskImpl(std::unique_ptr<v8::IdleTask>, const v8::SourceLocation&) override {}
#endif

 private:
  struct Entry {
    Nanos due;
    uint64_t order;  // keeps tasks that are due at once in their order
    std::unique_ptr<v8::Task> task;
  };
  static bool Later(const Entry& a, const Entry& b) {
    return a.due != b.due ? a.due > b.due : a.order > b.order;
  }

  void Post(std::unique_ptr<v8::Task> task, double seconds);

  std::unique_ptr<v8::Task> taken_;  // of the runtime's thread
  std::atomic<bool> posted_since_{false};
  std::mutex mutex_;
  std::vector<Entry> heap_;     // by Later; guarded by mutex_
  uint64_t posted_ = 0;         // guarded by mutex_
  bool closed_ = false;         // guarded by mutex_
  std::function<void()> wake_;  // guarded by mutex_
};

}  // namespace isolet
