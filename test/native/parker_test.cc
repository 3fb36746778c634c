#include "shared/parker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "shared/spsc_queue.h"

namespace isolet {
namespace {

// A lost wake-up shows as a test that never ends; the runner's time limit makes it a failure.

class ParkerOnCores : public testing::TestWithParam<unsigned> {
 protected:
  SpinPolicy policy() const { return SpinPolicy(GetParam()); }
};

// One core: parks at once. Two: spins first.
INSTANTIATE_TEST_SUITE_P(Cores, ParkerOnCores, testing::Values(1u, 2u));

bool Always() { return true; }
bool Never() { return false; }

TEST_P(ParkerOnCores, ReadyAtOnceNeedsNoTime) {
  Parker parker(policy());
  EXPECT_TRUE(parker.WaitUntil(Always, kNever));
  EXPECT_TRUE(parker.WaitUntil(Always, NowNanos() - 1));
  EXPECT_TRUE(parker.WaitUntil(Always, INT64_MIN));
}

TEST_P(ParkerOnCores, APassedDeadlineEndsTheWait) {
  Parker parker(policy());
  EXPECT_FALSE(parker.WaitUntil(Never, NowNanos()));
  EXPECT_FALSE(parker.WaitUntil(Never, 0));
  EXPECT_FALSE(parker.WaitUntil(Never, INT64_MIN));
}

TEST_P(ParkerOnCores, DoesNotReturnBeforeTheDeadline) {
  Parker parker(policy());
  for (Nanos i = 0; i < 10; ++i) {
    const Nanos deadline = NowNanos() + i * 300 * kMicrosecond;
    EXPECT_FALSE(parker.WaitUntil(Never, deadline));
    EXPECT_GE(NowNanos(), deadline);
  }
}

TEST_P(ParkerOnCores, AWakeWithoutNewsDoesNotEndTheWait) {
  Parker parker(policy());
  std::atomic<bool> ready{false};
  std::atomic<bool> waiting{false};
  std::thread waker([&] {
    while (!waiting) std::this_thread::yield();
    for (int i = 0; i < 10'000; ++i) parker.Wake();
    ready.store(true, std::memory_order_release);
    parker.Wake();
  });
  EXPECT_TRUE(parker.WaitUntil(
      [&] {
        waiting = true;
        return ready.load(std::memory_order_acquire);
      },
      kNever));
  EXPECT_TRUE(ready);
  waker.join();
}

TEST_P(ParkerOnCores, TwoSidesPlayPingPong) {
  constexpr int kRounds = 20'000;
  struct Side {
    explicit Side(SpinPolicy policy) : parker(policy) {}
    int Receive() {
      EXPECT_TRUE(parker.WaitUntil([&] { return !queue.Empty(); }, kNever));
      int message = 0;
      EXPECT_TRUE(queue.TryPop(message));
      return message;
    }
    void Send(int message) {
      queue.Push(int{message});
      parker.Wake();
    }
    SpscQueue<int> queue;
    Parker parker;
  };
  Side there(policy());
  Side back(policy());
  std::thread echo([&] {
    for (int i = 0; i < kRounds; ++i) back.Send(there.Receive());
  });
  for (int i = 0; i < kRounds; ++i) {
    there.Send(i);
    ASSERT_EQ(back.Receive(), i);
  }
  echo.join();
}

TEST_P(ParkerOnCores, HearsEveryWaker) {
  constexpr int kWakers = 4;
  constexpr int kEach = 5'000;
  Parker parker(policy());
  std::atomic<int> made{0};
  std::atomic<int> seen{0};
  std::vector<std::thread> wakers;
  wakers.reserve(kWakers);
  for (int waker = 0; waker < kWakers; ++waker) {
    wakers.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const int mine = made.fetch_add(1, std::memory_order_release) + 1;
        parker.Wake();
        // Every one of them waits to be noticed, so that none can hide behind another's wake-up.
        while (seen.load(std::memory_order_relaxed) < mine) std::this_thread::yield();
      }
    });
  }
  for (int done = 0; done < kWakers * kEach;) {
    ASSERT_TRUE(
        parker.WaitUntil([&] { return made.load(std::memory_order_acquire) > done; }, kNever));
    done = made.load(std::memory_order_acquire);
    seen.store(done, std::memory_order_relaxed);
  }
  for (std::thread& waker : wakers) waker.join();
}

TEST_P(ParkerOnCores, AWakeThatMeetsTheDeadlineIsNotLost) {
  constexpr int kRounds = 5'000;
  Parker parker(policy());
  std::atomic<int> made{0};
  std::atomic<int> asked{0};
  std::thread waker([&] {
    std::mt19937 random(1);
    for (int round = 1; round <= kRounds; ++round) {
      while (asked.load(std::memory_order_acquire) < round) std::this_thread::yield();
      for (unsigned left = random() % 500; left != 0; --left) CpuPause();
      made.store(round, std::memory_order_release);
      parker.Wake();
    }
  });
  for (int round = 1; round <= kRounds; ++round) {
    asked.store(round, std::memory_order_release);
    const auto ready = [&] { return made.load(std::memory_order_acquire) == round; };
    while (!parker.WaitUntil(ready, NowNanos() + 10 * kMicrosecond)) {
    }
    ASSERT_EQ(made, round);
  }
  waker.join();
}

}  // namespace
}  // namespace isolet
