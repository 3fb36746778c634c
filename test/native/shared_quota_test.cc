#include "shared/shared_quota.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace isolet {
namespace {

TEST(SharedQuota, GivesEachAnEighthOfWhatTheOthersLeave) {
  SharedQuota quota(800);
  EXPECT_EQ(quota.most(), 100U);
  EXPECT_FALSE(quota.Take(0, 101));
  EXPECT_TRUE(quota.Take(0, 60));
  EXPECT_TRUE(quota.Take(60, 40));
  EXPECT_FALSE(quota.Take(100, 1));
  // Another one, of the 700 that are left.
  EXPECT_FALSE(quota.Take(0, 88));
  EXPECT_TRUE(quota.Take(0, 87));
  quota.GiveBack(100);
  EXPECT_TRUE(quota.Take(87, 2));
  EXPECT_TRUE(quota.Take(89, 0));
}

TEST(SharedQuota, IsNeverUsedUpByAny) {
  SharedQuota quota(16'000);
  for (int runtime = 0; runtime < 40; ++runtime) {
    uint64_t held = 0;
    while (quota.Take(held, 1)) ++held;
    EXPECT_GT(held, 9U);
  }
}

TEST(SharedQuota, AbsurdCountsDoNotOverflow) {
  SharedQuota quota(800);
  EXPECT_FALSE(quota.Take(1, UINT64_MAX));
  EXPECT_TRUE(quota.Take(0, 100));
}

TEST(SharedQuota, IsExactUnderContention) {
  SharedQuota quota(8'000);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20'000; ++round) {
        if (quota.Take(0, 7)) quota.GiveBack(7);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(quota.Take(0, 1'000));
  EXPECT_FALSE(quota.Take(0, 876));
}

}  // namespace
}  // namespace isolet
