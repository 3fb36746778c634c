#include "isolate/task_queue.h"

#include <algorithm>

namespace isolet {

void TaskQueue::Post(std::unique_ptr<v8::Task> task, double seconds) {
  Nanos due = seconds > 0 ? NowNanos() + static_cast<Nanos>(seconds * 1e9) : 0;
  std::lock_guard lock(mutex_);
  if (closed_) return;
  heap_.push_back({due, posted_++, std::move(task)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
  posted_since_.store(true, std::memory_order_release);
  // Under the lock, so that Close() can promise that no wake follows it.
  wake_();
}

v8::Task* TaskQueue::Take() {
  std::lock_guard lock(mutex_);
  if (heap_.empty()) return nullptr;
  if (heap_.front().due > 0 && heap_.front().due > NowNanos()) return nullptr;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  taken_ = std::move(heap_.back().task);
  heap_.pop_back();
  return taken_.get();
}

Nanos TaskQueue::NextDue() {
  std::lock_guard lock(mutex_);
  return heap_.empty() ? kNever : heap_.front().due;
}

void TaskQueue::Discard() {
  // Destroyed after the lock is released: a task's destructor is V8's.
  Drop();
  std::vector<Entry> leftover;
  std::lock_guard lock(mutex_);
  leftover.swap(heap_);
}

void TaskQueue::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  Discard();
}

}  // namespace isolet
