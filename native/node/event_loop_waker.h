// Wakes the host's event loop when runtimes have messages for it.
//
// Thread: host; WakeHost from any.
// Owner: shared by Environment and the channels of its runtimes, which may
// outlive it.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "shared/host_waker.h"

namespace isolet {

class EventLoopWaker final : public HostWaker {
 public:
  using Callback = std::function<void(const std::vector<uint64_t>& runtimes)>;

  // `on_wake` runs on the loop's thread with the runtimes that called.
  static std::shared_ptr<EventLoopWaker> Open(uv_loop_t* loop, Callback on_wake);

  void WakeHost(uint64_t runtime) override;
  // Whether the loop stays alive for what may still come. Balanced.
  void Hold();
  void LetGo();
  // No callback comes after this; `closed` runs once libuv has let go.
  void Close(std::function<void()> closed);

 private:
  // libuv's handle outlives the waker until its close callback.
  struct Handle {
    uv_async_t async;
    EventLoopWaker* waker;
    std::function<void()> closed;
  };

  void OnWake();

  std::mutex mutex_;
  Handle* handle_ = nullptr;       // guarded by mutex_; null once closed
  std::vector<uint64_t> calling_;  // guarded by mutex_
  Callback on_wake_;
  int holds_ = 0;
};

}  // namespace isolet
