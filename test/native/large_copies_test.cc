#include "shared/large_copies.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace isolet {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(LargeCopies, HoldWhatWasCopied) {
  LargeCopies copies;
  const LargeCopies::User user(copies);
  for (const size_t size : {size_t{0}, size_t{1}, kMiB - 1, kMiB, kMiB + 1, 5 * kMiB + 77}) {
    for (unsigned char fill = 1; fill < 4; ++fill) {
      const std::vector<unsigned char> bytes(size, fill);
      const Attachment copy = copies.Make(bytes.data(), bytes.size());
      ASSERT_NE(copy.data, nullptr);
      ASSERT_EQ(copy.size, size);
      EXPECT_TRUE(size == 0 || std::memcmp(copy.data, bytes.data(), size) == 0);
    }
  }
}

TEST(LargeCopies, NeverShareMemory) {
  LargeCopies copies;
  const LargeCopies::User user(copies);
  const std::vector<unsigned char> bytes(2 * kMiB);
  std::vector<Attachment> all;
  all.reserve(8);
  for (int i = 0; i < 8; ++i) all.push_back(copies.Make(bytes.data(), bytes.size()));
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t k = 0; k < i; ++k) EXPECT_NE(all[i].data, all[k].data);
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(LargeCopies, UseMemoryAgain) {
  LargeCopies copies;
  const LargeCopies::User user(copies);
  const std::vector<unsigned char> bytes(16 * kMiB);
  const void* first = copies.Make(bytes.data(), bytes.size()).data;
  EXPECT_EQ(copies.kept(), 16 * kMiB);
  const Attachment again = copies.Make(bytes.data(), 15 * kMiB);
  EXPECT_EQ(again.data, first);
  EXPECT_EQ(copies.kept(), 0U);
  // Until it is returned.
  copies.ReturnKept();
  EXPECT_EQ(copies.kept(), 0U);
  // One that is much smaller does not hold on to it.
  const void* large = copies.Make(bytes.data(), bytes.size()).data;
  EXPECT_NE(copies.Make(bytes.data(), 2 * kMiB).data, large);
}
#endif

TEST(LargeCopies, KeepNothingForNobody) {
  LargeCopies copies;
  const std::vector<unsigned char> bytes(2 * kMiB);
  copies.Make(bytes.data(), bytes.size());
  EXPECT_EQ(copies.kept(), 0U);
  Attachment late;
  {
    const LargeCopies::User user(copies);
    const LargeCopies::User other(copies);
    copies.Make(bytes.data(), bytes.size());
    late = copies.Make(bytes.data(), bytes.size());
  }
  EXPECT_EQ(copies.kept(), 0U);
  late = {};
  EXPECT_EQ(copies.kept(), 0U);
}

TEST(LargeCopies, KeepNoMoreThanTheirMost) {
  LargeCopies copies;
  const LargeCopies::User user(copies);
  const std::vector<unsigned char> bytes(130 * kMiB);
  for (size_t size = kMiB; size <= bytes.size(); size += 16 * kMiB) {
    copies.Make(bytes.data(), size);
    EXPECT_LE(copies.kept(), LargeCopies::kMostKept);
  }
}

TEST(LargeCopies, AreMadeAndFreedOnAllThreads) {
  LargeCopies copies;
  const LargeCopies::User user(copies);
  const std::vector<unsigned char> bytes(3 * kMiB, 9);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        const Attachment copy = copies.Make(bytes.data(), bytes.size() - static_cast<size_t>(k));
        EXPECT_EQ(static_cast<unsigned char*>(copy.data)[copy.size - 1], 9);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(copies.kept(), LargeCopies::kMostKept);
}

}  // namespace
}  // namespace isolet
