// What the tests of the watchdog share: an action to wait for, and a watchdog of their own.
//
// Thread: any; the action rings on the watchdog's thread.
// Owner: each test.
#ifndef ISOLET_TEST_WATCHDOG_FIXTURE_H_
#define ISOLET_TEST_WATCHDOG_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>

#include "shared/watchdog.h"

namespace isolet {

constexpr Nanos kHour = 3'600'000 * kMillisecond;

inline TimeLimit At(Nanos deadline) { return {deadline, kHour}; }

// What an action reports to.
struct Alarm {
  std::atomic<int> rung{0};
  std::atomic<Nanos> rung_at{0};
  Parker parker{SpinPolicy(1)};

  static void Ring(void* context) {
    auto* alarm = static_cast<Alarm*>(context);
    alarm->rung_at.store(NowNanos(), std::memory_order_relaxed);
    alarm->rung.fetch_add(1, std::memory_order_release);
    alarm->parker.Wake();
  }

  static void Ignore(void* /*context*/, const Expiry& /*expiry*/) {}

  static constexpr Watchdog::Timer::Actions kActions{Ring, Ignore, Ignore};

  // A timer that never fires shows as a test that never ends.
  void Await(int times) {
    parker.WaitUntil([&] { return rung.load(std::memory_order_acquire) >= times; }, kNever);
  }
};

class WatchdogTest : public testing::Test {
 protected:
  Watchdog::Timer MakeTimer(Alarm& alarm) {
    return {watchdog_, ThreadClock::ForCurrentThread(), Alarm::kActions, &alarm};
  }

  // Returns when the watchdog has dealt with everything that was due before.
  void AwaitLaterDeadline(Nanos deadline) {
    Alarm alarm;
    Watchdog::Timer timer = MakeTimer(alarm);
    ASSERT_TRUE(timer.Arm(At(deadline), {}));
    alarm.Await(1);
    timer.Disarm();
  }

  Watchdog watchdog_;
};

}  // namespace isolet

#endif  // ISOLET_TEST_WATCHDOG_FIXTURE_H_
