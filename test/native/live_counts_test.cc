#include "shared/live_counts.h"

#include <gtest/gtest.h>

#include <thread>

namespace isolet {
namespace {

using std::chrono::milliseconds;

TEST(LiveCounts, CountsThreads) {
  LiveCounts live;
  live.ThreadStarted();
  live.ThreadStarted();
  EXPECT_EQ(live.threads(), 2);
  live.ThreadEnded();
  EXPECT_EQ(live.threads(), 1);
  EXPECT_TRUE(live.WaitForThreads(1, milliseconds(0)));
  EXPECT_FALSE(live.WaitForThreads(0, milliseconds(1)));
}

TEST(LiveCounts, WakesWhoeverWaitsForTheLast) {
  LiveCounts live;
  for (int i = 0; i < 200; ++i) {
    live.ThreadStarted();
    std::thread thread([&] { live.ThreadEnded(); });
    EXPECT_TRUE(live.WaitForThreads(0, milliseconds(60'000)));
    thread.join();
  }
}

TEST(LiveCounts, AllEndUnlessOneIsStillThere) {
  LiveCounts live;
  EXPECT_TRUE(live.AllEndIn(milliseconds(0)));
  live.ThreadStarted();
  EXPECT_FALSE(live.AllEndIn(milliseconds(1)));
  live.runtimes = 1;
  EXPECT_TRUE(live.AllEndIn(milliseconds(0)));
}

TEST(LiveCounts, AThreadParkedMeanwhileHasNotEnded) {
  for (int i = 0; i < 200; ++i) {
    LiveCounts live;
    live.ThreadStarted();
    std::thread thread([&] {
      live.lost.fetch_add(1);
      live.ThreadEnded();
    });
    EXPECT_FALSE(live.AllEndIn(milliseconds(60'000)));
    thread.join();
  }
}

}  // namespace
}  // namespace isolet
