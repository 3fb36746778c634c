#include "shared/hash_chains.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace isolet {
namespace {

uint64_t ComparisonsOf(uint32_t count, uint32_t factor) {
  HashChains chains;
  for (uint32_t i = 0; i < count; ++i) chains.Add(HashOfNumber(static_cast<double>(i) * factor));
  return chains.comparisons();
}

TEST(HashChains, AreShortWhereNobodyChoseTheKeys) {
  EXPECT_EQ(ComparisonsOf(0, 1), 0U);
  EXPECT_LE(ComparisonsOf(100'000, 1), 200'000U);
  EXPECT_LE(ComparisonsOf(100'000, 1 << 12), 200'000U);
  HashChains chains;
  for (int i = 0; i < 100'000; ++i) chains.Add(HashOfNumber(i * 0.1));
  for (uint64_t i = 0; i < 100'000; ++i) chains.Add(HashOfBigInt(i << 20));
  EXPECT_LE(chains.comparisons(), 400'000U);
}

TEST(HashChains, AreAsLongAsThereAreKeysThatCollide) {
  HashChains chains;
  for (int i = 0; i < 1000; ++i) chains.Add(7);
  EXPECT_EQ(chains.comparisons(), 1000U * 999 / 2);
  // Others make more buckets, into which these do not come apart.
  for (uint32_t i = 0; i < 100'000; ++i) chains.Add(HashOfNumber(i));
  const uint64_t before = chains.comparisons();
  chains.Add(7);
  EXPECT_GE(chains.comparisons() - before, 1000U);
}

TEST(HashChains, CountWhatComesApartLater) {
  // All in one of 64 buckets, each in one of its own of 4,096.
  HashChains chains;
  for (uint32_t i = 0; i < 128; ++i) chains.Add(i << 6);
  EXPECT_GE(chains.comparisons(), 128U * 127 / 2 / 4);
}

TEST(HashChains, OfAnyNumber) {
  EXPECT_EQ(HashOfNumber(0), HashOfNumber(-0.0));
  EXPECT_NE(HashOfNumber(1), HashOfNumber(-1));
  EXPECT_NE(HashOfNumber(INT32_MAX), HashOfNumber(INT32_MIN));
  for (const double odd :
       {std::nan(""), std::numeric_limits<double>::infinity(), 1e300, 4e9, 0.5}) {
    EXPECT_LE(HashOfNumber(odd), 0x3fffffffU);
  }
}

}  // namespace
}  // namespace isolet
