// A timer on the host's event loop, for one time to come. It keeps no process
// alive.
//
// Thread: host.
// Owner: Environment.
#pragma once

#include <uv.h>

#include <functional>

#include "shared/clock.h"

namespace isolet {

class LoopTimer {
 public:
  // `on_due` runs on the loop's thread, at the time or a little later.
  LoopTimer(uv_loop_t* loop, std::function<void()> on_due);
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  // An earlier time than the one that is set takes its place.
  void SetFor(Nanos at);
  // Nothing comes after this; `closed` runs once libuv has let go. To be called
  // before the timer goes.
  void Close(std::function<void()> closed);

 private:
  // libuv's handle outlives the timer until its close callback.
  struct Handle {
    uv_timer_t timer;
    std::function<void()> on_due;
    std::function<void()> closed;
    Nanos due = kNever;
  };

  Handle* const handle_;
};

}  // namespace isolet
