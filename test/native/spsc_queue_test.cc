#include "shared/spsc_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <thread>

namespace isolet {
namespace {

// Every node holds one value, so the number of living values tells the number of nodes.
struct Counted {
  Counted() { ++living; }
  explicit Counted(int number) : number(number) { ++living; }
  Counted(Counted&& other) noexcept : number(other.number) { ++living; }
  Counted& operator=(Counted&& other) noexcept = default;
  ~Counted() { --living; }

  int number = 0;
  static inline std::atomic<int> living{0};
};

TEST(SpscQueue, IsEmptyAtFirst) {
  SpscQueue<int> queue;
  int out = 7;
  EXPECT_TRUE(queue.Empty());
  EXPECT_FALSE(queue.TryPop(out));
  EXPECT_EQ(out, 7);
}

TEST(SpscQueue, KeepsTheOrder) {
  SpscQueue<std::unique_ptr<int>> queue;
  for (int i = 0; i < 1000; ++i) queue.Push(std::make_unique<int>(i));
  std::unique_ptr<int> out;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(queue.Empty());
    ASSERT_TRUE(queue.TryPop(out));
    EXPECT_EQ(*out, i);
  }
  EXPECT_TRUE(queue.Empty());
}

TEST(SpscQueue, BehavesLikeADequeUnderAnyMixture) {
  // Long runs of pushes and of pops take it across kMaxRecycled both ways, with nodes hidden
  // between.
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    {
      SpscQueue<Counted> queue;
      std::deque<int> expected;
      int next = 0;
      for (int run = 0; run < 200; ++run) {
        const bool pushes = random() % 2 == 0;
        for (unsigned left = random() % 200; left != 0; --left) {
          if (pushes) {
            queue.Push(Counted(next));
            expected.push_back(next++);
            continue;
          }
          Counted out;
          ASSERT_EQ(queue.TryPop(out), !expected.empty());
          if (expected.empty()) break;
          ASSERT_EQ(out.number, expected.front());
          expected.pop_front();
        }
        ASSERT_EQ(queue.Empty(), expected.empty());
      }
    }
    ASSERT_EQ(Counted::living, 0);
  }
}

TEST(SpscQueue, APoppedSlotHoldsNothing) {
  // Moving from this type leaves the source as it was, as moving from a std::string may.
  struct Sticky {
    std::shared_ptr<int> held;
    Sticky() = default;
    Sticky(Sticky&& other) noexcept { held = other.held; }
    Sticky& operator=(Sticky&& other) noexcept {
      held = other.held;
      return *this;
    }
  };
  SpscQueue<Sticky> queue;
  std::weak_ptr<int> watched;
  {
    Sticky in;
    in.held = std::make_shared<int>(1);
    watched = in.held;
    queue.Push(std::move(in));
  }
  Sticky out;
  ASSERT_TRUE(queue.TryPop(out));
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(SpscQueue, DestroysWhatWasNeverPopped) {
  std::weak_ptr<int> watched;
  {
    SpscQueue<std::shared_ptr<int>> queue;
    auto value = std::make_shared<int>(1);
    watched = value;
    queue.Push(std::move(value));
  }
  EXPECT_TRUE(watched.expired());
}

TEST(SpscQueue, AllocatesNothingInTheSteadyState) {
  SpscQueue<Counted> queue;
  Counted out;
  const int nodes = Counted::living;
  for (int i = 0; i < 10'000; ++i) {
    queue.Push(Counted(i));
    ASSERT_TRUE(queue.TryPop(out));
    ASSERT_EQ(Counted::living, nodes);
  }
}

TEST(SpscQueue, GivesTheMemoryOfAFloodBack) {
  SpscQueue<Counted> queue;
  Counted out;
  for (int flood = 0; flood < 3; ++flood) {
    for (int i = 0; i < 100'000; ++i) queue.Push(Counted(i));
    while (queue.TryPop(out)) {
    }
    // Two more of its own: the empty one and the hidden one; and `out`.
    EXPECT_LE(Counted::living, static_cast<int>(SpscQueue<Counted>::kMaxRecycled) + 4);
  }
  const int nodes = Counted::living;
  for (int i = 0; i < 1000; ++i) {
    queue.Push(Counted(i));
    ASSERT_TRUE(queue.TryPop(out));
    ASSERT_EQ(out.number, i);
    ASSERT_LE(Counted::living, nodes);
  }
}

TEST(SpscQueue, TwoThreadsLoseAndReorderNothing) {
  constexpr int kMessages = 200'000;
  SpscQueue<std::unique_ptr<int>> queue;
  std::atomic<int> popped{0};
  std::thread producer([&] {
    std::mt19937 random(1);
    for (int i = 0; i < kMessages;) {
      // Bursts on both sides of kMaxRecycled.
      for (unsigned burst = random() % 150; burst != 0 && i < kMessages; --burst) {
        queue.Push(std::make_unique<int>(i++));
      }
      // Now and then strictly alternate.
      if (random() % 4 == 0) {
        while (popped.load(std::memory_order_relaxed) != i) std::this_thread::yield();
      }
    }
  });
  std::unique_ptr<int> out;
  for (int i = 0; i < kMessages; ++i) {
    while (!queue.TryPop(out)) std::this_thread::yield();
    ASSERT_EQ(*out, i);
    popped.store(i + 1, std::memory_order_relaxed);
  }
  producer.join();
  EXPECT_TRUE(queue.Empty());
}

}  // namespace
}  // namespace isolet
