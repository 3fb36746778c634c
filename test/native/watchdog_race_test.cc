// Many timers, many threads, and the watchdog's own beginning and end.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "shared/watchdog.h"
#include "watchdog_fixture.h"

#if defined(__linux__)
#include <sys/resource.h>
#endif

namespace isolet {
namespace {

class WatchdogRaceTest : public WatchdogTest {};

TEST_F(WatchdogRaceTest, ATimerMayDieAtAnyMoment) {
  std::mt19937 random(1);
  for (int i = 0; i < 3'000; ++i) {
    auto alarm = std::make_unique<Alarm>();
    auto timer = std::make_unique<Watchdog::Timer>(watchdog_, ThreadClock::ForCurrentThread(),
                                                   Alarm::kActions, alarm.get());
    ASSERT_TRUE(timer->Arm(At(NowNanos() + static_cast<Nanos>(random() % 20'000)), {}));
    for (unsigned left = random() % 500; left != 0; --left) CpuPause();
    timer.reset();
    EXPECT_LE(alarm->rung, 1);
    alarm.reset();
  }
}

TEST_F(WatchdogRaceTest, ManyRuntimesArmAtOnce) {
  // Each action is told by exactly one Disarm, and each Disarm tells of an action that has run.
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
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
        ASSERT_TRUE(cpu ? timer.Arm({}, At(clock.NowNanos() + span))
                        : timer.Arm(At(NowNanos() + span), At(random() % 2 ? kNever : kHour)));
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

TEST_F(WatchdogRaceTest, FiveHundredTimersFireInTime) {
  constexpr int kTimers = 500;
  std::mt19937 random(1);
  std::deque<Alarm> alarms(kTimers);
  std::deque<Watchdog::Timer> timers;
  std::vector<Nanos> deadlines;
  for (Alarm& alarm : alarms) {
    timers.emplace_back(watchdog_, ThreadClock::ForCurrentThread(), Alarm::kActions, &alarm);
    deadlines.push_back(NowNanos() + static_cast<Nanos>(random() % (50 * kMillisecond)));
    // Half of them with a CPU limit besides, which has to be looked at as well.
    const Nanos cpu = timers.size() % 2 == 0
                          ? kNever
                          : ThreadClock::ForCurrentThread().NowNanos() + 10'000 * kMillisecond;
    ASSERT_TRUE(timers.back().Arm(At(deadlines.back()), At(cpu)));
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
    threads.reserve(3);
    for (int k = 0; k < 3; ++k) {
      threads.emplace_back([&] {
        Alarm alarm;
        Watchdog::Timer timer(watchdog, ThreadClock::ForCurrentThread(), Alarm::kActions, &alarm);
        ASSERT_TRUE(timer.Arm(At(NowNanos()), {}));
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
    Watchdog::Timer timer(watchdog, ThreadClock::ForCurrentThread(), Alarm::kActions, &alarm);
    rlimit before;
    getrlimit(RLIMIT_AS, &before);
    const rlimit nothing_more{0, before.rlim_max};
    setrlimit(RLIMIT_AS, &nothing_more);
    if (watchdog.EnsureStarted()) return 1;
    if (timer.Arm(At(NowNanos()), {})) return 2;
    if (timer.Disarm() != WatchdogClock::kNone) return 3;
    if (!timer.Arm({}, {})) return 4;
    // It is not a lasting state.
    setrlimit(RLIMIT_AS, &before);
    if (!timer.Arm(At(NowNanos()), {})) return 5;
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
