#include "shared/address_space.h"

#include <gtest/gtest.h>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace isolet {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;
constexpr size_t kTooMuch = size_t{1} << 62;

TEST(AddressSpace, GrantsLittleAndNotMoreThanThereIs) {
  AddressSpace space;
  EXPECT_TRUE(space.TryClaim(kMegabyte, 1));
  EXPECT_FALSE(space.TryClaim(kTooMuch, 1));
  EXPECT_TRUE(space.TryClaim(kMegabyte, 1));
}

TEST(AddressSpace, CountsWhatIsClaimedUntilItIsGivenBack) {
  AddressSpace space;
  // The largest power of two that is granted: twice that is not.
  size_t most = kMegabyte;
  while (space.TryClaim(2 * most, 1)) most *= 2;
  {
    const auto claim = space.TryClaim(most, 1);
    ASSERT_TRUE(claim);
    EXPECT_FALSE(space.TryClaim(most, 1));
  }
  EXPECT_TRUE(space.TryClaim(most, 1));
}

#if defined(__linux__)
// Every second page with another protection: a mapping each.
TEST(AddressSpace, GrantsNothingWhenNearlyAllMappingsAreTaken) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "a sanitizer ends the process where it gets no mapping itself";
#endif
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t pages = size_t{1} << 22;
  AddressSpace space;
  EXPECT_TRUE(space.TryClaim(kMegabyte, 1000));
  void* start =
      mmap(nullptr, pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0);
  ASSERT_NE(start, MAP_FAILED);
  size_t taken = 0;
  while (taken < pages / 2 &&
         mprotect(static_cast<char*>(start) + 2 * taken * page, page, PROT_READ) == 0) {
    ++taken;
  }
  // A few are free: what it maps to try is not what fails.
  munmap(start, 100 * page);
  // Not counted again: there are hardly more runtimes than when it last was.
  const bool uncounted = space.TryClaim(kMegabyte, 1001).has_value();
  const bool counted = space.TryClaim(kMegabyte, 1100).has_value();
  munmap(start, pages * page);
  if (taken == pages / 2) GTEST_SKIP() << "the system grants more mappings than a test can take";
  EXPECT_TRUE(uncounted);
  EXPECT_FALSE(counted);
  EXPECT_TRUE(space.TryClaim(kMegabyte, 1101));
}
#endif

}  // namespace
}  // namespace isolet
