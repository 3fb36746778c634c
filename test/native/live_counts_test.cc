#include "shared/live_counts.h"

#include <gtest/gtest.h>

#include <thread>

namespace isolet {
namespace {

TEST(LiveCounts, CountsThreads) {
  LiveCounts live;
  live.ThreadStarted();
  live.ThreadStarted();
  EXPECT_EQ(live.threads(), 2);
  live.ThreadEnded();
  EXPECT_EQ(live.threads(), 1);
  EXPECT_TRUE(live.WaitForThreads(1, 0));
  EXPECT_FALSE(live.WaitForThreads(0, kMillisecond));
}

TEST(LiveCounts, WakesWhoeverWaitsForTheLast) {
  LiveCounts live;
  for (int i = 0; i < 200; ++i) {
    live.ThreadStarted();
    std::thread thread([&] { live.ThreadEnded(); });
    EXPECT_TRUE(live.WaitForThreads(0, 60'000 * kMillisecond));
    thread.join();
  }
}

TEST(LiveCounts, AllEndUnlessOneIsStillThere) {
  LiveCounts live;
  EXPECT_TRUE(live.AllEndIn(0));
  live.ThreadStarted();
  EXPECT_FALSE(live.AllEndIn(kMillisecond));
  live.runtimes = 1;
  EXPECT_TRUE(live.AllEndIn(0));
}

TEST(LiveCounts, AThreadParkedMeanwhileHasNotEnded) {
  for (int i = 0; i < 200; ++i) {
    LiveCounts live;
    live.ThreadStarted();
    std::thread thread([&] {
      live.lost.fetch_add(1);
      live.ThreadEnded();
    });
    EXPECT_FALSE(live.AllEndIn(60'000 * kMillisecond));
    thread.join();
  }
}

}  // namespace
}  // namespace isolet
