// A call that runs on past its limit, heeding nothing: its caller is told that its time is up
// while the runtime may yet come back.
//
// Thread: any, each method names its side.
// Owner: RuntimeCore.
#pragma once

#include <v8-version.h>

#include <atomic>
#include <optional>

#include "shared/guarded.h"
#include "shared/watchdog.h"

namespace isolet {

// A loop in code of Maglev's looks for interrupts when its function's budget of bytecodes is used
// up: in V8 13 and 14 that is 2^30 of them while another compiler is at work on the function
// (InterruptBudgetFor in tiering-manager.cc). Such a loop is deaf for a third of a second, or for
// ten, and then heeds what it was told: seen in up to one of twenty calls of the same loop. V8
// without Maglev has but builtins that are deaf, and they don't come back soon.
constexpr bool kLoopsMayBeDeaf = V8_MAJOR_VERSION >= 13;

// What code that is to stop has before its runtime is given up.
constexpr Watchdog::Timer::Patience kStopPatience =
    kLoopsMayBeDeaf ? Watchdog::Timer::kLastPatience : Watchdog::Timer::kPatience;

class Overrun {
 public:
  // Thread: the watchdog's.
  void Begin(const Expiry& expiry) {
    *expiry_.Lock() = expiry;
    is_under_way_.store(true, std::memory_order_release);
  }
  // The runtime has come back. Thread: runtime.
  void End() { is_under_way_.store(false, std::memory_order_release); }

  // Thread: host.
  bool is_under_way() const { return is_under_way_.load(std::memory_order_acquire); }
  std::optional<Expiry> Find() {
    if (!is_under_way()) return std::nullopt;
    return *expiry_.Lock();
  }

 private:
  std::atomic<bool> is_under_way_{false};
  Guarded<Expiry> expiry_;
};

}  // namespace isolet
