#include "node/loop_timer.h"

#include <algorithm>
#include <utility>

namespace isolet {

LoopTimer::LoopTimer(uv_loop_t* loop, std::function<void()> on_due) : handle_(new Handle{}) {
  handle_->on_due = std::move(on_due);
  handle_->timer.data = handle_;
  uv_timer_init(loop, &handle_->timer);
  uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->timer));
}

void LoopTimer::SetFor(Nanos at) {
  if (at >= handle_->due) return;
  handle_->due = at;
  // Rounded up: libuv counts whole milliseconds, from the last time it looked at
  // the clock. Where that makes it early, whoever is called sets it again.
  const Nanos left = std::max<Nanos>(at - NowNanos(), 0);
  const auto milliseconds = static_cast<uint64_t>((left + kMillisecond - 1) / kMillisecond);
  const auto on_due = [](uv_timer_t* timer) {
    auto* handle = static_cast<Handle*>(timer->data);
    handle->due = kNever;
    handle->on_due();
  };
  uv_timer_start(&handle_->timer, on_due, milliseconds, 0);
}

void LoopTimer::Close(std::function<void()> closed) {
  handle_->closed = std::move(closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer), [](uv_handle_t* timer) {
    auto* handle = static_cast<Handle*>(timer->data);
    std::function<void()> callback = std::move(handle->closed);
    delete handle;
    callback();
  });
}

}  // namespace isolet
