#include "node/event_loop_waker.h"

#include <algorithm>
#include <utility>

namespace isolet {

std::shared_ptr<EventLoopWaker> EventLoopWaker::Open(uv_loop_t* loop, Callback on_wake) {
  auto waker = std::make_shared<EventLoopWaker>();
  waker->on_wake_ = std::move(on_wake);
  auto* handle = new Handle{{}, waker.get(), {}};
  handle->async.data = handle;
  int error = uv_async_init(loop, &handle->async, [](uv_async_t* async) {
    static_cast<Handle*>(async->data)->waker->OnWake();
  });
  if (error != 0) {
    delete handle;
    return nullptr;
  }
  // Idle runtimes don't keep a process alive.
  uv_unref(reinterpret_cast<uv_handle_t*>(&handle->async));
  waker->handle_ = handle;
  return waker;
}

void EventLoopWaker::WakeHost(uint64_t runtime) {
  std::lock_guard lock(mutex_);
  if (handle_ == nullptr) return;
  if (std::find(calling_.begin(), calling_.end(), runtime) == calling_.end()) {
    calling_.push_back(runtime);
  }
  uv_async_send(&handle_->async);
}

void EventLoopWaker::OnWake() {
  std::vector<uint64_t> calling;
  {
    std::lock_guard lock(mutex_);
    calling.swap(calling_);
  }
  on_wake_(calling);
}

void EventLoopWaker::Hold() {
  if (holds_++ == 0 && handle_ != nullptr) {
    uv_ref(reinterpret_cast<uv_handle_t*>(&handle_->async));
  }
}

void EventLoopWaker::LetGo() {
  if (--holds_ == 0 && handle_ != nullptr) {
    uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->async));
  }
}

void EventLoopWaker::Close(std::function<void()> closed) {
  Handle* handle;
  {
    std::lock_guard lock(mutex_);
    handle = std::exchange(handle_, nullptr);
  }
  if (handle == nullptr) return closed();
  handle->closed = std::move(closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->async), [](uv_handle_t* async) {
    auto* done = static_cast<Handle*>(async->data);
    std::function<void()> callback = std::move(done->closed);
    delete done;
    callback();
  });
}

}  // namespace isolet
