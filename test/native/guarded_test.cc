#include "shared/guarded.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace isolet {
namespace {

TEST(Guarded, ReachesTheValue) {
  Guarded<std::string> text(3, 'x');
  EXPECT_EQ(*text.Lock(), "xxx");
  text.Lock()->append("y");
  {
    auto locked = text.Lock();
    *locked += "z";
    EXPECT_EQ(locked->size(), 5u);
  }
  EXPECT_EQ(*text.Lock(), "xxxyz");
}

TEST(Guarded, StartsWithADefaultValue) {
  Guarded<int> number;
  EXPECT_EQ(*number.Lock(), 0);
}

TEST(Guarded, HoldsWhatCanOnlyBeMoved) {
  Guarded<std::unique_ptr<int>> pointer(std::make_unique<int>(4));
  EXPECT_EQ(**pointer.Lock(), 4);
}

TEST(Guarded, CanNotBeCopiedPastItsLock) {
  static_assert(!std::is_copy_constructible_v<Guarded<int>>);
  static_assert(!std::is_copy_assignable_v<Guarded<int>>);
  static_assert(!std::is_copy_constructible_v<Guarded<int>::Locked>);
}

TEST(Guarded, ExcludesOtherThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  Guarded<int> sum;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < kEach; ++k) ++*sum.Lock();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(*sum.Lock(), kThreads * kEach);
}

}  // namespace
}  // namespace isolet
