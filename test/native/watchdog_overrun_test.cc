// A thread that computes on though its time is up.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "shared/watchdog.h"
#include "watchdog_fixture.h"

namespace isolet {
namespace {

constexpr Watchdog::Timer::Patience kPatience = Watchdog::Timer::kPatience;
constexpr Watchdog::Timer::Patience kTellingPatience = Watchdog::Timer::kTellingPatience;
constexpr Watchdog::Timer::Patience kLastPatience = Watchdog::Timer::kLastPatience;

struct Report {
  std::atomic<int> expired{0};
  std::atomic<int> overrun{0};
  std::atomic<int> lost{0};
  // Written before `overrun` and `lost`.
  Expiry expiry;

  // With an overrun that merely tells.
  Watchdog::Timer Watch(Watchdog& watchdog) {
    return {watchdog, ThreadClock::ForCurrentThread(), {Expired, Overrun, Lost}, this};
  }
  // With one that is the end.
  Watchdog::Timer WatchToTheEnd(Watchdog& watchdog) {
    return {watchdog, ThreadClock::ForCurrentThread(), {Expired, Overrun, nullptr}, this};
  }

  static void Expired(void* context) { ++static_cast<Report*>(context)->expired; }
  static void Overrun(void* context, const Expiry& expiry) {
    auto* report = static_cast<Report*>(context);
    report->expiry = expiry;
    ++report->overrun;
  }
  static void Lost(void* context, const Expiry& expiry) {
    auto* report = static_cast<Report*>(context);
    report->expiry = expiry;
    ++report->lost;
  }
};

class WatchdogOverrunTest : public WatchdogTest {};

TEST_F(WatchdogOverrunTest, TellsOnceOfAThreadThatComputesOn) {
  Report report;
  Watchdog::Timer timer = report.WatchToTheEnd(watchdog_);
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  for (int i = 1; i <= 3; ++i) {
    const Nanos began = NowNanos();
    ASSERT_TRUE(timer.Arm({began + kMillisecond, kMillisecond, uint64_t{7}}, {}));
    while (report.expired < i) {
    }
    const Nanos used = clock.NowNanos();
    while (report.overrun < i) {
    }
    // It began to count a little later than the action ended.
    EXPECT_GE(clock.NowNanos() - used, kPatience.cpu / 2);
    AwaitLaterDeadline(NowNanos() + 20 * kMillisecond);
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
    EXPECT_EQ(report.expired, i);
    EXPECT_EQ(report.overrun, i);
    EXPECT_EQ(report.expiry.clock, WatchdogClock::kWall);
    EXPECT_EQ(report.expiry.span, kMillisecond);
    EXPECT_EQ(report.expiry.call, 7U);
    EXPECT_GE(report.expiry.elapsed, kMillisecond);
    EXPECT_LE(report.expiry.elapsed, NowNanos() - began);
  }
}

TEST_F(WatchdogOverrunTest, TellsSoonWhereItIsNotTheEnd) {
  Report report;
  Watchdog::Timer timer = report.Watch(watchdog_);
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  ASSERT_TRUE(timer.Arm(At(0), {}));
  while (report.expired == 0) {
  }
  const Nanos used = clock.NowNanos();
  while (report.overrun == 0) {
  }
  EXPECT_GE(clock.NowNanos() - used, kTellingPatience.cpu / 2);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
}

TEST_F(WatchdogOverrunTest, TellsSoonOfAThreadThatDoesNotComputeEither) {
  Report report;
  Watchdog::Timer timer = report.Watch(watchdog_);
  ASSERT_TRUE(timer.Arm(At(0), {}));
  AwaitLaterDeadline(NowNanos() + kTellingPatience.wall + 100 * kMillisecond);
  EXPECT_EQ(report.overrun, 1);
  EXPECT_EQ(report.lost, 0);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
}

TEST_F(WatchdogOverrunTest, SaysWhichClockRanOut) {
  Report report;
  Watchdog::Timer timer = report.WatchToTheEnd(watchdog_);
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  ASSERT_TRUE(timer.Arm({}, {clock.NowNanos() + 2 * kMillisecond, 2 * kMillisecond}));
  while (report.overrun == 0) {
  }
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kCpu);
  EXPECT_EQ(report.expiry.clock, WatchdogClock::kCpu);
  EXPECT_EQ(report.expiry.span, 2 * kMillisecond);
  EXPECT_GE(report.expiry.elapsed, 2 * kMillisecond + kPatience.cpu);
}

TEST_F(WatchdogOverrunTest, AThreadThatWaitsIsNotGivenUp) {
  Report report;
  Watchdog::Timer timer = report.WatchToTheEnd(watchdog_);
  ASSERT_TRUE(timer.Arm(At(0), {}));
  AwaitLaterDeadline(NowNanos() + 200 * kMillisecond);
  EXPECT_EQ(report.expired, 1);
  EXPECT_EQ(report.overrun, 0);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
}

TEST_F(WatchdogOverrunTest, PatienceEndsHoweverLittleItComputes) {
  Report report;
  Watchdog::Timer timer = report.WatchToTheEnd(watchdog_);
  ASSERT_TRUE(timer.Arm(At(0), {}));
  AwaitLaterDeadline(NowNanos() + kPatience.wall + 100 * kMillisecond);
  EXPECT_EQ(report.overrun, 1);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
}

TEST_F(WatchdogOverrunTest, LastPatienceEndsAsWell) {
  Report report;
  Watchdog::Timer timer = report.Watch(watchdog_);
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  ASSERT_TRUE(timer.Arm({0, kMillisecond, uint64_t{7}}, {}));
  while (report.overrun == 0) {
  }
  const Nanos used = clock.NowNanos();
  EXPECT_EQ(report.lost, 0);
  while (report.lost == 0) {
  }
  EXPECT_GE(clock.NowNanos() - used, kLastPatience.cpu - 2 * kPatience.cpu);
  EXPECT_EQ(report.expiry.call, 7U);
  EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  EXPECT_EQ(report.expired, 1);
  EXPECT_EQ(report.overrun, 1);
  EXPECT_EQ(report.lost, 1);
}

TEST_F(WatchdogOverrunTest, OneThatComesBackMayBeArmedAgain) {
  Report report;
  Watchdog::Timer timer = report.WatchToTheEnd(watchdog_);
  for (int i = 1; i <= 200; ++i) {
    ASSERT_TRUE(timer.Arm(At(0), {}));
    while (report.expired < i) {
    }
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
  }
  AwaitLaterDeadline(NowNanos() + 50 * kMillisecond);
  EXPECT_EQ(report.expired, 200);
  EXPECT_EQ(report.overrun, 0);
}

TEST_F(WatchdogOverrunTest, DisarmMayMeetTheSecondActionAtAnyMoment) {
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    Report report;
    Watchdog::Timer timer = report.WatchToTheEnd(watchdog_);
    ASSERT_TRUE(timer.Arm(At(0), {}));
    const Nanos end =
        NowNanos() + kPatience.cpu + static_cast<Nanos>(random() % (10 * kMillisecond));
    while (NowNanos() < end) {
    }
    EXPECT_EQ(timer.Disarm(), WatchdogClock::kWall);
    const int overrun = report.overrun;
    EXPECT_LE(overrun, 1);
    AwaitLaterDeadline(NowNanos() + 10 * kMillisecond);
    EXPECT_EQ(report.overrun, overrun);
  }
}

}  // namespace
}  // namespace isolet
