#include "shared/free_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

#include "shared/text_file.h"

#if defined(__GLIBC__)
#include <unistd.h>
#endif

namespace isolet {
namespace {

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

constexpr size_t kMiB = size_t{1} << 20;
// Of a block that is used.
constexpr size_t kBytes = 100'000;

size_t ResidentBytes() {
  const std::string text = ReadTextFile("/proc/self/statm").value();
  return std::strtoull(text.c_str() + text.find(' '), nullptr, 10) * getpagesize();
}

// Not by memset: a compiler leaves that out where the block is freed next.
unsigned char* Touched(size_t bytes) {
  auto* block = static_cast<unsigned char*>(std::malloc(bytes));
  volatile unsigned char* touched = block;
  std::fill_n(touched, bytes, 1);
  return block;
}

TEST(FreeMemory, WhatAThreadHasFreedIsGivenBackAtItsEnd) {
  // From then on glibc keeps twice as much at the end of an arena.
  std::free(Touched(24 * kMiB));
  size_t kept = 0;
  size_t left = 0;
  const size_t before = ResidentBytes();
  std::thread([&] {
    std::array<unsigned char*, 640> blocks;
    for (unsigned char*& block : blocks) block = Touched(kMiB / 16);
    for (unsigned char* block : blocks) std::free(block);
    kept = ResidentBytes() - before;
    ReturnFreeMemoryOfThread();
    left = ResidentBytes() - before;
    // It can be used again.
    std::free(Touched(kMiB / 16));
  }).join();
  EXPECT_GT(kept, 30 * kMiB);
  EXPECT_LT(left, 8 * kMiB);
}

TEST(FreeMemory, WhatIsInUseStaysAsItIs) {
  std::thread([] {
    std::array<unsigned char*, 400> blocks;
    for (unsigned char*& block : blocks) block = Touched(kBytes);
    for (size_t i = 0; i < blocks.size(); i += 2) std::free(blocks[i]);
    ReturnFreeMemoryOfThread();
    for (size_t i = 1; i < blocks.size(); i += 2) {
      EXPECT_EQ(std::count(blocks[i], blocks[i] + kBytes, 1), kBytes);
      std::free(blocks[i]);
    }
  }).join();
}

#endif

}  // namespace
}  // namespace isolet
