#include "shared/condition.h"

#include <gtest/gtest.h>

#include <thread>

namespace isolet {
namespace {

constexpr Nanos kLong = 60'000 * kMillisecond;

TEST(Condition, LooksBeforeItWaits) {
  Condition condition;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  EXPECT_TRUE(condition.WaitUntil(lock, 0, [] { return true; }));
  for (Nanos past : {Nanos{0}, Nanos{-1}, INT64_MIN}) {
    EXPECT_FALSE(condition.WaitUntil(lock, past, [] { return false; }));
  }
  EXPECT_TRUE(lock.owns_lock());
}

TEST(Condition, WaitsNoLongerThanToItsDeadline) {
  Condition condition;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  const Nanos deadline = NowNanos() + 5 * kMillisecond;
  EXPECT_FALSE(condition.WaitUntil(lock, deadline, [] { return false; }));
  EXPECT_GE(NowNanos(), deadline);
  EXPECT_TRUE(lock.owns_lock());
}

TEST(Condition, WakesEveryoneWhoWaits) {
  for (int i = 0; i < 200; ++i) {
    Condition condition;
    std::mutex mutex;
    bool is_ready = false;
    const auto wait = [&](Nanos deadline) {
      std::unique_lock lock(mutex);
      EXPECT_TRUE(condition.WaitUntil(lock, deadline, [&] { return is_ready; }));
    };
    std::thread first(wait, kNever);
    std::thread second(wait, NowNanos() + kLong);
    {
      std::lock_guard lock(mutex);
      is_ready = true;
    }
    condition.NotifyAll();
    first.join();
    second.join();
  }
}

}  // namespace
}  // namespace isolet
