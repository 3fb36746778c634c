#include "shared/watchdog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/resource.h>
#endif

namespace isolet {
namespace {

constexpr Nanos kHour = 3'600'000 * kMillisecond;

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

  // A timer that never fires shows as a test that never ends.
  void Await(int times) {
    parker.WaitUntil([&] { return rung.load(std::memory_order_acquire) >= times; }, kNever);
  }
};

class WatchdogTest : public testing::Test {
 protected:
  Watchdog::Timer MakeTimer(Alarm& alarm) {
    return Watchdog::Timer(watchdog_, ThreadClock::ForCurrentThread(), Alarm::Ring, &alarm);
  }

  // Returns when the watchdog has dealt with everything that was due before.
  void AwaitLaterDeadline(Nanos deadline) {
    Alarm alarm;
    Watchdog::Timer timer = MakeTimer(alarm);
    ASSERT_TRUE(timer.Arm(deadline, kNever));
    alarm.Await(1);
    timer.Disarm();
  }

  Watchdog watchdog_;
};

TEST_F(WatchdogTest, FiresWhenTheWallClockPasses) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos deadline = NowNanos() + 2 * kMillisecond;
  ASSERT_TRUE(timer.Arm(deadline, kNever));
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
    ASSERT_TRUE(timer.Arm(i % 2 == 0 ? 0 : INT64_MIN, kNever));
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
    ASSERT_TRUE(timer.Arm(kNever, deadline));
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
  ASSERT_TRUE(timer.Arm(kNever, used + 50 * kMillisecond));
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
  ASSERT_TRUE(timer.Arm(kNever, deadline));
  while (timer.Fired() == WatchdogClock::kNone) {
  }
  EXPECT_GE(clock.NowNanos(), deadline);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kCpu);
}

TEST_F(WatchdogTest, TheFirstOfTwoClocksFires) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos used = ThreadClock::ForCurrentThread().NowNanos();
  ASSERT_TRUE(timer.Arm(NowNanos() + kMillisecond, used + kHour));
  alarm.Await(1);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  ASSERT_TRUE(timer.Arm(NowNanos() + kHour, used));
  alarm.Await(2);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kCpu);
  EXPECT_EQ(alarm.rung, 2);
}

TEST_F(WatchdogTest, WhatIsDisarmedDoesNotFire) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  const Nanos deadline = NowNanos() + 20 * kMillisecond;
  ASSERT_TRUE(timer.Arm(deadline, kNever));
  // The machine may have stood still for all those 20 ms.
  const bool in_time = timer.Disarm() == WatchdogClock::kNone;
  AwaitLaterDeadline(deadline + kMillisecond);
  EXPECT_EQ(alarm.rung, in_time ? 0 : 1);
}

TEST_F(WatchdogTest, OnlyTheLastArmingCounts) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(timer.Arm(NowNanos() + kHour, kNever));
    ASSERT_EQ(timer.Disarm(), WatchdogClock::kNone);
  }
  ASSERT_TRUE(timer.Arm(NowNanos() + kMillisecond, kNever));
  alarm.Await(1);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  EXPECT_EQ(alarm.rung, 1);
}

TEST_F(WatchdogTest, NoDeadlineIsNothingAtAll) {
  Alarm alarm;
  Watchdog::Timer timer = MakeTimer(alarm);
  EXPECT_TRUE(timer.Arm(kNever, kNever));
  EXPECT_EQ(timer.Fired(), WatchdogClock::kNone);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kNone);
}

TEST_F(WatchdogTest, AnEarlierDeadlineIsNotSleptThrough) {
  Alarm late_alarm;
  Alarm early_alarm;
  Watchdog::Timer late = MakeTimer(late_alarm);
  Watchdog::Timer early = MakeTimer(early_alarm);
  for (int i = 1; i <= 200; ++i) {
    ASSERT_TRUE(late.Arm(NowNanos() + kHour, kNever));
    ASSERT_TRUE(early.Arm(NowNanos() + 50 * kMicrosecond, kNever));
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
  Watchdog::Timer timer(
      watchdog_, ThreadClock::ForCurrentThread(),
      [](void* context) {
        auto* slow = static_cast<Slow*>(context);
        slow->running = true;
        while (!slow->disarming) std::this_thread::yield();
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
        slow->ended = true;
      },
      &slow);
  ASSERT_TRUE(timer.Arm(0, kNever));
  while (!slow.running) std::this_thread::yield();
  EXPECT_EQ(timer.Fired(), WatchdogClock::kWall);
  slow.disarming = true;
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  EXPECT_TRUE(slow.ended);
}

TEST_F(WatchdogTest, ASlowActionHoldsUpNoOtherTimer) {
  std::atomic<bool> release{false};
  Watchdog::Timer slow(
      watchdog_, ThreadClock::ForCurrentThread(),
      [](void* context) {
        while (!*static_cast<std::atomic<bool>*>(context)) std::this_thread::yield();
      },
      &release);
  ASSERT_TRUE(slow.Arm(0, kNever));
  while (slow.Fired() == WatchdogClock::kNone) std::this_thread::yield();
  {
    // Coming, arming, disarming and going need nothing that the watchdog holds meanwhile.
    Alarm alarm;
    Watchdog::Timer timer = MakeTimer(alarm);
    ASSERT_TRUE(timer.Arm(NowNanos() + kHour, kNever));
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kNone);
  }
  release = true;
  EXPECT_EQ(slow.Disarm(), WatchdogClock::kWall);
}

TEST_F(WatchdogTest, ATimerMayDieAtAnyMoment) {
  std::mt19937 random(1);
  for (int i = 0; i < 3'000; ++i) {
    auto alarm = std::make_unique<Alarm>();
    auto timer = std::make_unique<Watchdog::Timer>(watchdog_, ThreadClock::ForCurrentThread(),
                                                   Alarm::Ring, alarm.get());
    ASSERT_TRUE(timer->Arm(NowNanos() + static_cast<Nanos>(random() % 20'000), kNever));
    for (unsigned left = random() % 500; left != 0; --left) CpuPause();
    timer.reset();
    EXPECT_LE(alarm->rung, 1);
    alarm.reset();
  }
}

TEST_F(WatchdogTest, ManyRuntimesArmAtOnce) {
  // Each action is told by exactly one Disarm, and each Disarm tells of an action that has run.
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([this, number] {
      std::mt19937 random(static_cast<unsigned>(number));
      const ThreadClock clock = ThreadClock::ForCurrentThread();
      Alarm alarm;
      Watchdog::Timer timer = MakeTimer(alarm);
      int fired = 0;
      for (int i = 0; i < 3'000; ++i) {
        const auto span = static_cast<Nanos>(random() % 30'000);
        const bool cpu = random() % 4 == 0;
        ASSERT_TRUE(cpu ? timer.Arm(kNever, clock.NowNanos() + span)
                        : timer.Arm(NowNanos() + span, random() % 2 ? kNever : kHour));
        if (random() % 16 == 0) {
          while (timer.Fired() == WatchdogClock::kNone) {
          }
        } else {
          for (unsigned left = random() % 1000; left != 0; --left) CpuPause();
        }
        const WatchdogClock told = timer.Disarm();
        if (told != WatchdogClock::kNone) {
          ++fired;
          ASSERT_EQ(told, cpu ? WatchdogClock::kCpu : WatchdogClock::kWall);
        }
        ASSERT_EQ(alarm.rung, fired);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(WatchdogTest, FiveHundredTimersFireInTime) {
  constexpr int kTimers = 500;
  std::mt19937 random(1);
  std::deque<Alarm> alarms(kTimers);
  std::deque<Watchdog::Timer> timers;
  std::vector<Nanos> deadlines;
  for (Alarm& alarm : alarms) {
    timers.emplace_back(watchdog_, ThreadClock::ForCurrentThread(), Alarm::Ring, &alarm);
    deadlines.push_back(NowNanos() + static_cast<Nanos>(random() % (50 * kMillisecond)));
    // Half of them with a CPU limit besides, which has to be looked at as well.
    const Nanos cpu = timers.size() % 2 == 0
                          ? kNever
                          : ThreadClock::ForCurrentThread().NowNanos() + 10'000 * kMillisecond;
    ASSERT_TRUE(timers.back().Arm(deadlines.back(), cpu));
  }
  Nanos latest = 0;
  for (int i = 0; i < kTimers; ++i) {
    alarms[i].Await(1);
    EXPECT_EQ(timers[i].Disarm(), WatchdogClock::kWall);
    EXPECT_GE(alarms[i].rung_at, deadlines[i]);
    latest = std::max(latest, alarms[i].rung_at - deadlines[i]);
  }
  // Told, not judged: a machine may be busy.
  RecordProperty("latest_microseconds", static_cast<int>(latest / kMicrosecond));
}

TEST(Watchdog, StartsOnceAndEnds) {
  for (int i = 0; i < 200; ++i) {
    Watchdog watchdog;
    if (i % 3 == 0) continue;
    EXPECT_TRUE(watchdog.EnsureStarted());
    EXPECT_TRUE(watchdog.EnsureStarted());
  }
}

TEST(Watchdog, SeveralThreadsMayBeTheFirst) {
  for (int i = 0; i < 100; ++i) {
    Watchdog watchdog;
    std::vector<std::thread> threads;
    for (int k = 0; k < 3; ++k) {
      threads.emplace_back([&] {
        Alarm alarm;
        Watchdog::Timer timer(watchdog, ThreadClock::ForCurrentThread(), Alarm::Ring, &alarm);
        ASSERT_TRUE(timer.Arm(NowNanos(), kNever));
        alarm.Await(1);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

// The sanitizers need address space themselves.
#if defined(__linux__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

TEST(WatchdogDeathTest, ReportsThatThereIsNoThreadToBeHad) {
  const auto run = [] {
    Watchdog watchdog;
    Alarm alarm;
    Watchdog::Timer timer(watchdog, ThreadClock::ForCurrentThread(), Alarm::Ring, &alarm);
    rlimit before;
    getrlimit(RLIMIT_AS, &before);
    const rlimit nothing_more{0, before.rlim_max};
    setrlimit(RLIMIT_AS, &nothing_more);
    if (watchdog.EnsureStarted()) return 1;
    if (timer.Arm(NowNanos(), kNever)) return 2;
    if (timer.Disarm() != WatchdogClock::kNone) return 3;
    if (!timer.Arm(kNever, kNever)) return 4;
    // It is not a lasting state.
    setrlimit(RLIMIT_AS, &before);
    if (!timer.Arm(NowNanos(), kNever)) return 5;
    alarm.Await(1);
    return 0;
  };
  // In a process of its own, without stacks of earlier threads to reuse.
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(_exit(run()), testing::ExitedWithCode(0), "");
}

#endif

}  // namespace
}  // namespace isolet
