#include "shared/memory_budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace isolet {
namespace {

TEST(MemoryBudget, GrantsUpToItsLimit) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.Charge(60));
  EXPECT_FALSE(budget.Charge(41));
  EXPECT_TRUE(budget.Charge(40));
  EXPECT_EQ(budget.buffers(), 100U);
  EXPECT_FALSE(budget.Exhausted());
  EXPECT_FALSE(budget.Charge(1));
  budget.Refund(60);
  EXPECT_TRUE(budget.Charge(60));
}

TEST(MemoryBudget, TheHeapCountsToo) {
  MemoryBudget budget(100);
  budget.SetHeap(70);
  EXPECT_TRUE(budget.Charge(30));
  EXPECT_FALSE(budget.Charge(1));
  EXPECT_EQ(budget.total(), 100U);
  budget.SetHeap(71);
  EXPECT_TRUE(budget.Exhausted());
  budget.SetHeap(200);
  EXPECT_FALSE(budget.Charge(0));
}

TEST(MemoryBudget, WhatIsGivenAwayIsRefundedOnce) {
  MemoryBudget budget(100);
  char one = 0;
  char other = 0;
  ASSERT_TRUE(budget.Charge(60));
  ASSERT_TRUE(budget.Charge(30));
  budget.GiveAway(&one, 60);
  EXPECT_EQ(budget.buffers(), 30U);
  budget.RefundFreed(&other, 30);
  EXPECT_EQ(budget.buffers(), 0U);
  budget.RefundFreed(&one, 60);
  EXPECT_EQ(budget.buffers(), 0U);
  // The address is somebody else's now.
  ASSERT_TRUE(budget.Charge(60));
  budget.RefundFreed(&one, 60);
  EXPECT_EQ(budget.buffers(), 0U);
}

TEST(MemoryBudget, WithoutALimitEverythingFits) {
  MemoryBudget budget(0);
  budget.SetHeap(SIZE_MAX / 2);
  EXPECT_TRUE(budget.Charge(SIZE_MAX / 4));
  EXPECT_TRUE(budget.CouldEverFit(SIZE_MAX));
  EXPECT_FALSE(budget.Exhausted());
}

TEST(MemoryBudget, TellsWhatCouldNeverFit) {
  MemoryBudget budget(100);
  budget.SetHeap(90);
  EXPECT_TRUE(budget.CouldEverFit(100));
  EXPECT_FALSE(budget.CouldEverFit(101));
  EXPECT_FALSE(budget.Charge(SIZE_MAX));
  EXPECT_EQ(budget.buffers(), 0U);
}

TEST(MemoryBudget, MayBePassedWhereRefusalIsNoChoice) {
  MemoryBudget budget(10);
  budget.ChargeRegardless(64);
  EXPECT_TRUE(budget.Exhausted());
  budget.Refund(64);
  EXPECT_EQ(budget.buffers(), 0U);
}

TEST(MemoryBudget, CountsRightFromManyThreads) {
  MemoryBudget budget(1000);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20'000; ++k) {
        if (budget.Charge(400)) {
          EXPECT_LE(budget.buffers(), 3 * 1000U);
          budget.Refund(400);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.buffers(), 0U);
}

}  // namespace
}  // namespace isolet
