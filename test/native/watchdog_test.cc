#include "shared/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "watchdog_fixture.h"

namespace isolet {
namespace {

TEST_F(WatchdogTest, FiresWhenTheWallClockPasses) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos deadline = NowNanos() + 2 * kMillisecond;
  ASSERT_TRUE(timer.Arm(At(deadline), {}));
  alarm.Await(1);
  EXPECT_GE(alarm.rung_at, deadline);
  EXPECT_EQ(timer.Fired(), WatchdogClock::kWall);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  EXPECT_EQ(timer.Fired(), WatchdogClock::kNone);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kNone);
  EXPECT_EQ(alarm.rung, 1);
}

TEST_F(WatchdogTest, FiresForADeadlineLongPast) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(timer.Arm(At(i % 2 == 0 ? 0 : INT64_MIN), {}));
    alarm.Await(i);
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  }
}

TEST_F(WatchdogTest, FiresWhenTheThreadHasUsedItsTime) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  for (int i = 0; i < 10; ++i) {
    const Nanos deadline = clock.NowNanos() + i * kMillisecond / 2;
    ASSERT_TRUE(timer.Arm({}, At(deadline)));
    while (timer.Fired() == WatchdogClock::kNone) {
    }
    EXPECT_GE(clock.NowNanos(), deadline);
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kCpu);
    EXPECT_EQ(alarm.rung, i + 1);
  }
}

TEST_F(WatchdogTest, AnIdleThreadUsesNoTime) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos used = ThreadClock::ForCurrentThread().NowNanos();
  ASSERT_TRUE(timer.Arm({}, At(used + 50 * kMillisecond)));
  AwaitLaterDeadline(NowNanos() + 120 * kMillisecond);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kNone);
  EXPECT_EQ(alarm.rung, 0);
}

TEST_F(WatchdogTest, ATimeLimitHoldsAfterIdling) {
  // The reading of both clocks from which Arm estimates is old by now; the deadline is not.
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  AwaitLaterDeadline(NowNanos() + 30 * kMillisecond);
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  const Nanos deadline = clock.NowNanos() + 10 * kMillisecond;
  ASSERT_TRUE(timer.Arm({}, At(deadline)));
  while (timer.Fired() == WatchdogClock::kNone) {
  }
  EXPECT_GE(clock.NowNanos(), deadline);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kCpu);
}

TEST_F(WatchdogTest, TheFirstOfTwoClocksFires) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos used = ThreadClock::ForCurrentThread().NowNanos();
  ASSERT_TRUE(timer.Arm(At(NowNanos() + kMillisecond), At(used + kHour)));
  alarm.Await(1);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  ASSERT_TRUE(timer.Arm(At(NowNanos() + kHour), At(used)));
  alarm.Await(2);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kCpu);
  EXPECT_EQ(alarm.rung, 2);
}

TEST_F(WatchdogTest, WhatIsDisarmedDoesNotFire) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos deadline = NowNanos() + 20 * kMillisecond;
  ASSERT_TRUE(timer.Arm(At(deadline), {}));
  // The machine may have stood still for all those 20 ms.
  const bool in_time = timer.Disarm() == WatchdogClock::kNone;
  AwaitLaterDeadline(deadline + kMillisecond);
  EXPECT_EQ(alarm.rung, in_time ? 0 : 1);
}

TEST_F(WatchdogTest, OnlyTheLastArmingCounts) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(timer.Arm(At(NowNanos() + kHour), {}));
    ASSERT_EQ(timer.Disarm(), WatchdogClock::kNone);
  }
  ASSERT_TRUE(timer.Arm(At(NowNanos() + kMillisecond), {}));
  alarm.Await(1);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  EXPECT_EQ(alarm.rung, 1);
}

TEST_F(WatchdogTest, NoDeadlineIsNothingAtAll) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  EXPECT_TRUE(timer.Arm({}, {}));
  EXPECT_EQ(timer.Fired(), WatchdogClock::kNone);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kNone);
}

TEST_F(WatchdogTest, AnEarlierDeadlineIsNotSleptThrough) {
  Alarm late_alarm;
  Alarm early_alarm;
  Watchdog::Timer late = MakeTimer(late_alarm);
  Watchdog::Timer early = MakeTimer(early_alarm);
  for (int i = 1; i <= 200; ++i) {
    ASSERT_TRUE(late.Arm(At(NowNanos() + kHour), {}));
    ASSERT_TRUE(early.Arm(At(NowNanos() + 50 * kMicrosecond), {}));
    early_alarm.Await(i);
    EXPECT_EQ(early.Disarm(), WatchdogClock::kWall);
    EXPECT_EQ(late.Disarm(), WatchdogClock::kNone);
  }
  EXPECT_EQ(late_alarm.rung, 0);
}

TEST_F(WatchdogTest, DisarmWaitsForARunningAction) {
  struct Slow {
    std::atomic<bool> running{false};
    std::atomic<bool> disarming{false};
    std::atomic<bool> ended{false};
  } slow;
  const auto act = [](void* context) {
    auto* slow = static_cast<Slow*>(context);
    slow->running = true;
    while (!slow->disarming) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    slow->ended = true;
  };
  Watchdog::Timer timer(watchdog_, ThreadClock::ForCurrentThread(),
                        {act, Alarm::Ignore, Alarm::Ignore}, &slow);
  ASSERT_TRUE(timer.Arm(At(0), {}));
  while (!slow.running) std::this_thread::yield();
  EXPECT_EQ(timer.Fired(), WatchdogClock::kWall);
  slow.disarming = true;
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  EXPECT_TRUE(slow.ended);
}

TEST_F(WatchdogTest, ASlowActionHoldsUpNoOtherTimer) {
  std::atomic<bool> release{false};
  const auto act = [](void* context) {
    while (!*static_cast<std::atomic<bool>*>(context)) std::this_thread::yield();
  };
  Watchdog::Timer slow(watchdog_, ThreadClock::ForCurrentThread(),
                       {act, Alarm::Ignore, Alarm::Ignore}, &release);
  ASSERT_TRUE(slow.Arm(At(0), {}));
  while (slow.Fired() == WatchdogClock::kNone) std::this_thread::yield();
  {
    // Coming, arming, disarming and going need nothing that the watchdog holds meanwhile.
    Alarm alarm;
    Watchdog::Timer timer = MakeTimer(alarm);
    ASSERT_TRUE(timer.Arm(At(NowNanos() + kHour), {}));
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kNone);
  }
  release = true;
  EXPECT_EQ(slow.Disarm(), WatchdogClock::kWall);
}

}  // namespace
}  // namespace isolet
