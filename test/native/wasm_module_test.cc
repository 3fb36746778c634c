#include "shared/wasm_module.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kHeader = {0, 'a', 's', 'm', 1, 0, 0, 0};

Bytes Module(const Bytes& sections) {
  Bytes module = kHeader;
  module.insert(module.end(), sections.begin(), sections.end());
  return module;
}

std::optional<BoundedModule> Bound(const Bytes& module, uint64_t most_pages) {
  return BoundWasmMemories(module.data(), module.size(), most_pages);
}

void ExpectBounded(const Bytes& before, uint64_t most_pages, const Bytes& after, uint64_t pages) {
  const auto bounded = Bound(Module(before), most_pages);
  ASSERT_TRUE(bounded.has_value());
  EXPECT_EQ(bounded->bytes, Module(after));
  EXPECT_EQ(bounded->pages, pages);
  // What is bounded stays as it is.
  const auto again = Bound(bounded->bytes, most_pages);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->bytes, bounded->bytes);
  EXPECT_EQ(again->pages, pages);
}

TEST(WasmModule, WithoutMemoriesIsCopied) {
  ExpectBounded({}, 10, {}, 0);
  ExpectBounded({0, 2, 1, 'x', 1, 4, 1, 0x60, 0, 0}, 10, {0, 2, 1, 'x', 1, 4, 1, 0x60, 0, 0}, 0);
}

TEST(WasmModule, AMemoryWithoutMaximumGetsOne) {
  ExpectBounded({5, 3, 1, 0, 2}, 300, {5, 5, 1, 1, 2, 0xac, 2}, 300);
}

TEST(WasmModule, AHigherMaximumIsLowered) {
  ExpectBounded({5, 6, 1, 1, 1, 0x80, 0x80, 4}, 100, {5, 4, 1, 1, 1, 100}, 100);
}

TEST(WasmModule, ALowerMaximumStays) {
  ExpectBounded({5, 4, 1, 1, 1, 7}, 100, {5, 4, 1, 1, 1, 7}, 7);
}

TEST(WasmModule, WhatItStartsWithIsNeverTaken) {
  ExpectBounded({5, 3, 1, 0, 50}, 10, {5, 4, 1, 1, 50, 50}, 50);
}

TEST(WasmModule, SeveralMemoriesCountTogether) {
  ExpectBounded({5, 7, 2, 0, 1, 1 | 4, 2, 0x80, 1}, 20, {5, 7, 2, 1, 1, 20, 5, 2, 20}, 40);
}

TEST(WasmModule, SharedAndWideMemoriesKeepTheirFlags) {
  ExpectBounded({5, 4, 1, 3, 1, 99}, 20, {5, 4, 1, 3, 1, 20}, 20);
  ExpectBounded({5, 3, 1, 4, 1}, 20, {5, 4, 1, 5, 1, 20}, 20);
}

TEST(WasmModule, AMaximumBelowTheMinimumIsLeftToV8) {
  ExpectBounded({5, 4, 1, 1, 9, 3}, 20, {5, 4, 1, 1, 9, 3}, 3);
}

TEST(WasmModule, WithoutABoundMemoriesStayAndCountWhatTheyStartWith) {
  ExpectBounded({5, 6, 2, 0, 2, 1, 3, 9}, kAnyPages, {5, 6, 2, 0, 2, 1, 3, 9}, 5);
}

TEST(WasmModule, TellsWhereTheTypesAre) {
  const auto bounded = Bound(Module({0, 2, 1, 'x', 1, 4, 1, 0x60, 0, 0}), 10);
  ASSERT_TRUE(bounded.has_value());
  EXPECT_EQ(bounded->types.offset, 14U);
  EXPECT_EQ(bounded->types.size, 4U);
  EXPECT_FALSE(Bound(Module({1, 1, 0, 1, 1, 0}), 10).has_value());
}

TEST(WasmModule, LengthsInMoreBytesThanNeededAreReadAlike) {
  ExpectBounded({5, 0x83, 0x80, 0, 1, 0, 2}, 20, {5, 4, 1, 1, 2, 20}, 20);
}

TEST(WasmModule, WhatIsNotUnderstoodIsRefused) {
  const Bytes modules[] = {
      Module({5}),                       // no length
      Module({5, 3, 1, 0}),              // cut off
      Module({5, 4, 1, 0, 2, 9}),        // more than its memories
      Module({5, 3, 2, 0, 2}),           // fewer memories than told
      Module({5, 4, 1, 8, 2, 16}),       // flags of the future
      Module({5, 3, 1, 1, 2}),           // no maximum where one is told
      Module({0, 0xff, 0xff, 0xff, 7}),  // longer than the module
      {0, 'a', 's', 'm'},
      {},
  };
  for (const Bytes& module : modules) EXPECT_FALSE(Bound(module, 10).has_value());
}

TEST(WasmModule, AbsurdSizesDoNotOverflow) {
  Bytes section = {2, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
  section.insert(section.end(), {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1});
  section.insert(section.end(), {4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1});
  Bytes sections = {5, static_cast<uint8_t>(section.size())};
  sections.insert(sections.end(), section.begin(), section.end());
  const auto bounded = Bound(Module(sections), 10);
  ASSERT_TRUE(bounded.has_value());
  EXPECT_GE(bounded->pages, uint64_t{1} << 40);
}

TEST(WasmModule, NoiseIsReadToItsEnd) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    Bytes sections(random() % 40);
    for (uint8_t& byte : sections)
      byte = static_cast<uint8_t>(random() % 3 != 0 ? random() % 8 : random());
    const auto bounded = Bound(Module(sections), 10);
    if (!bounded.has_value()) continue;
    const auto again = Bound(bounded->bytes, 10);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->bytes, bounded->bytes);
  }
}

}  // namespace
}  // namespace isolet
