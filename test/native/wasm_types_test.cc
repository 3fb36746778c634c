#include "shared/wasm_types.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

WasmTypes::Section Read(const Bytes& content) {
  static const WasmTypes types(50'000'000);
  return types.Read(content.data(), content.size()).value();
}

// `count` function types, the first of them number `first` of all.
WasmTypes::Section Signatures(uint32_t first, uint32_t count) {
  Bytes content = {0};
  for (uint32_t i = first; i < first + count; ++i) {
    content.insert(content.end(), {0x60, 12});
    for (int digit = 0; digit < 12; ++digit) {
      content.push_back(static_cast<uint8_t>(0x7c + ((i >> (digit * 2)) & 3)));
    }
    content.push_back(0);
  }
  return Read(content);
}

TEST(WasmTypes, FunctionTypesAreToldApart) {
  const auto section = Read({3, 0x60, 2, 0x7f, 0x7e, 0, 0x60, 0, 1, 0x70, 0x60, 2, 0x7f, 0x7e, 0});
  EXPECT_EQ(section.signatures.size(), 2U);
  EXPECT_EQ(section.most_others, 0U);
}

TEST(WasmTypes, WhatRefersToOthersCountsAsManyAsThereCanBe) {
  // A group of two structures, and a function of a reference.
  const auto group = Read({2, 0x60, 0, 0, 0x4e, 2, 0x5f, 0, 0x5f, 0});
  EXPECT_EQ(group.signatures.size(), 1U);
  EXPECT_GE(group.most_others, 2U);
  const auto reference = Read({1, 0x60, 1, 0x64, 0, 0});
  EXPECT_TRUE(reference.signatures.empty());
  EXPECT_GE(reference.most_others, 1U);
}

TEST(WasmTypes, WhatWasCountedIsFree) {
  auto types = std::make_unique<WasmTypes>(500'000);
  uint64_t first = 0;
  uint64_t second = 0;
  const auto others = Read({1, 0x4e, 2, 0x5f, 0, 0x5f, 0});
  EXPECT_TRUE(types->Admit(Signatures(0, 1000), &first));
  EXPECT_EQ(first, 1000U);
  EXPECT_TRUE(types->Admit(Signatures(500, 1000), &second));
  EXPECT_EQ(second, 500U);
  EXPECT_TRUE(types->Admit(others, &second));
  const uint64_t before = second;
  EXPECT_TRUE(types->Admit(others, &second));
  EXPECT_TRUE(types->Admit(Signatures(0, 1500), &second));
  EXPECT_EQ(second, before);
}

TEST(WasmTypes, AreRefusedToWhoHasHadManyAndNotToTheNext) {
  auto types = std::make_unique<WasmTypes>(500'000);
  uint64_t hostile = 0;
  uint32_t next = 0;
  while (types->Admit(Signatures(next, 10'000), &hostile)) next += 10'000;
  EXPECT_LE(hostile, 62'500U);
  EXPECT_FALSE(types->Admit(Signatures(0, 70'000), &hostile));
  uint64_t honest = 0;
  EXPECT_TRUE(types->Admit(Signatures(next, 10'000), &honest));
  // What it has had, it may use.
  EXPECT_TRUE(types->Admit(Signatures(0, next), &hostile));
}

TEST(WasmTypes, WhatIsKeptIsFew) {
  WasmTypes types(8'000);
  EXPECT_FALSE(types.Read(Bytes(64'001).data(), 64'001).has_value());
  // Functions of very many parameters, differing in the last.
  uint64_t added = 0;
  int kept = 0;
  for (uint8_t last = 0x70; last < 0x80; ++last) {
    const Bytes head = {1, 0x60, 0xa0, 0x9c, 1};
    Bytes content(head.size() + 20'001, 0x7f);
    std::copy(head.begin(), head.end(), content.begin());
    content[content.size() - 2] = last;
    content.back() = 0;
    if (types.Admit(Read(content), &added)) ++kept;
  }
  EXPECT_EQ(kept, 3);
}

TEST(WasmTypes, NoiseIsReadToItsEnd) {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    Bytes content(random() % 40);
    for (uint8_t& byte : content) {
      byte = static_cast<uint8_t>(random() % 2 != 0 ? 0x60 + (random() % 32) : random() % 4);
    }
    const auto section = Read(content);
    EXPECT_LE(section.most_others, content.size());
    EXPECT_EQ(section.others.empty(), section.most_others == 0);
  }
}

}  // namespace
}  // namespace isolet
