#include "shared/large_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace isolet {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(LargeMemory, HoldsAllOfItsBytes) {
  for (const size_t bytes : {size_t{0}, size_t{1}, 4 * kMiB - 1, 4 * kMiB, 4 * kMiB + 1, 5 * kMiB,
                             16 * kMiB, 16 * kMiB + 12'345}) {
    auto* memory = static_cast<unsigned char*>(AllocateLarge(bytes));
    ASSERT_NE(memory, nullptr);
    std::memset(memory, 7, bytes);
    EXPECT_TRUE(std::all_of(memory, memory + bytes, [](unsigned char byte) { return byte == 7; }));
    FreeLarge(memory, bytes);
  }
}

TEST(LargeMemory, IsThereAgainAndAgain) {
  // More than the process's address space in all, if none were given back.
  for (int i = 0; i < 200'000; ++i) {
    void* memory = AllocateLarge(1024 * kMiB + static_cast<size_t>(i));
    ASSERT_NE(memory, nullptr);
    FreeLarge(memory, 1024 * kMiB + static_cast<size_t>(i));
  }
}

TEST(LargeMemory, IsRefusedWhereThereIsNone) {
  EXPECT_EQ(AllocateLarge(SIZE_MAX), nullptr);
  EXPECT_EQ(AllocateLarge(SIZE_MAX / 4), nullptr);
}

}  // namespace
}  // namespace isolet
