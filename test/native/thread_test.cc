#include "shared/thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "shared/parker.h"

#if defined(__linux__)
#include <pthread.h>
#include <sys/resource.h>
#endif

namespace isolet {
namespace {

// Runs `body` on a thread of its own and waits for its end.
int RunOnThread(const ThreadOptions& options, std::function<void()> body) {
  struct Run {
    std::function<void()> body;
    std::atomic<bool> done{false};
    Parker parker;
  };
  const auto run = std::make_shared<Run>();
  run->body = std::move(body);
  // The thread's own share: it may still be inside Wake when the waiter has gone on.
  auto* share = new std::shared_ptr<Run>(run);
  const int error = StartDetachedThread(
      options,
      [](void* argument) {
        const std::unique_ptr<std::shared_ptr<Run>> share(
            static_cast<std::shared_ptr<Run>*>(argument));
        Run& run = **share;
        run.body();
        run.done.store(true, std::memory_order_release);
        run.parker.Wake();
      },
      share);
  if (error != 0) {
    delete share;
    return error;
  }
  run->parker.WaitUntil([&] { return run->done.load(std::memory_order_acquire); }, kNever);
  return 0;
}

#if defined(__linux__)

std::string NameOnThread(const std::string& name) {
  std::string seen;
  RunOnThread({name, 0}, [&] {
    char buffer[64];
    pthread_getname_np(pthread_self(), buffer, sizeof(buffer));
    seen = buffer;
  });
  return seen;
}

TEST(StartDetachedThread, NamesTheThread) {
  EXPECT_EQ(NameOnThread("plugin"), "plugin");
  EXPECT_EQ(NameOnThread("fifteen-letters"), "fifteen-letters");
}

TEST(StartDetachedThread, CutsLongNames) {
  EXPECT_EQ(NameOnThread("a-name-of-more-than-15"), "a-name-of-more-");
}

TEST(StartDetachedThread, CutsBetweenCharacters) {
  EXPECT_EQ(NameOnThread("1234567890123\u00e9x"), "1234567890123\u00e9");
  EXPECT_EQ(NameOnThread("12345678901234\u00e9x"), "12345678901234");
  EXPECT_EQ(NameOnThread("123456789012\U0001F600"), "123456789012");
  EXPECT_EQ(NameOnThread("12345678901\U0001F600"), "12345678901\U0001F600");
}

TEST(StartDetachedThread, ReplacesControlCharacters) {
  EXPECT_EQ(NameOnThread("a\x1b[31m\n\x7f"), "a?[31m??");
  EXPECT_EQ(NameOnThread(std::string("a\0b", 3)), "a?b");
  EXPECT_EQ(NameOnThread("a\u009bz"), "a??z");
}

TEST(StartDetachedThread, TakesNamesThatAreNotUtf8) {
  // Nothing is left of this one, so the thread keeps the name of the thread that started it.
  EXPECT_EQ(NameOnThread(std::string(40, '\x80')), NameOnThread(""));
  EXPECT_EQ(NameOnThread("a\xff"), "a\xff");
}

TEST(StartDetachedThread, AnEmptyNameLeavesTheProcessName) { EXPECT_NE(NameOnThread(""), ""); }

TEST(PreferPromptWakeUps, LeavesThePriorityAlone) {
  // On Linux these two are the calling thread's own.
  int before = -1;
  int after = -1;
  RunOnThread({"nice", 0}, [&] {
    setpriority(PRIO_PROCESS, 0, 3);
    before = getpriority(PRIO_PROCESS, 0);
    PreferPromptWakeUps();
    after = getpriority(PRIO_PROCESS, 0);
  });
  EXPECT_GE(before, 3);
  EXPECT_EQ(after, before);
}

#endif  // defined(__linux__)

TEST(StartDetachedThread, GivesTheStackAskedFor) {
  for (const size_t size : {size_t{1} << 20, size_t{3} << 20, (size_t{1} << 20) + 1}) {
    StackBounds bounds{0, 0};
    uintptr_t here = 0;
    ASSERT_EQ(RunOnThread({"stack", size},
                          [&] {
                            int local = 0;
                            here = reinterpret_cast<uintptr_t>(&local);
                            bounds = CurrentThreadStack();
                          }),
              0);
    EXPECT_GE(here, bounds.low);
    EXPECT_LT(here, bounds.high);
    // The platform takes a little for itself (thread-local storage). No upper bound: glibc hands
    // out stacks of ended threads again, which may be larger.
    EXPECT_GE(bounds.high - bounds.low, size - (64 << 10));
  }
}

TEST(StartDetachedThread, RaisesATinyStackToTheMinimum) {
  std::atomic<bool> ran{false};
  EXPECT_EQ(RunOnThread({"tiny", 1}, [&] { ran = true; }), 0);
  EXPECT_TRUE(ran);
}

TEST(StartDetachedThread, ReportsFailure) {
  std::atomic<bool> ran{false};
  EXPECT_NE(RunOnThread({"huge", SIZE_MAX / 2}, [&] { ran = true; }), 0);
  EXPECT_NE(RunOnThread({"huge", SIZE_MAX}, [&] { ran = true; }), 0);
  EXPECT_FALSE(ran);
}

TEST(CurrentThreadStack, KnowsTheMainThreadToo) {
  int local = 0;
  const StackBounds bounds = CurrentThreadStack();
  EXPECT_GE(reinterpret_cast<uintptr_t>(&local), bounds.low);
  EXPECT_LT(reinterpret_cast<uintptr_t>(&local), bounds.high);
}

TEST(ThreadClock, AdvancesWithWork) {
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  const Nanos begin = clock.NowNanos();
  while (clock.NowNanos() < begin + 2 * kMillisecond) {
  }
}

TEST(ThreadClock, IsReadFromOtherThreads) {
  std::atomic<const ThreadClock*> clock{nullptr};
  std::atomic<bool> seen_advancing{false};
  std::thread worker([&] {
    const ThreadClock own = ThreadClock::ForCurrentThread();
    clock = &own;
    while (!seen_advancing) {
    }
  });
  while (clock == nullptr) std::this_thread::yield();
  const ThreadClock copy = *clock;
  const Nanos begin = copy.NowNanos();
  while (copy.NowNanos() < begin + 2 * kMillisecond) {
  }
  seen_advancing = true;
  worker.join();
}

TEST(ThreadClock, StandsStillWhileTheThreadWaits) {
  const ThreadClock clock = ThreadClock::ForCurrentThread();
  Parker parker(SpinPolicy(1));
  const Nanos wall = NowNanos();
  const Nanos cpu = clock.NowNanos();
  parker.WaitUntil([] { return false; }, wall + 30 * kMillisecond);
  EXPECT_LT(clock.NowNanos() - cpu, (NowNanos() - wall) / 2);
}

}  // namespace
}  // namespace isolet
