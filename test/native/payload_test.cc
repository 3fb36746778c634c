#include "shared/payload.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "shared/size_meter.h"

namespace isolet {
namespace {

void Append(Payload& payload, const char* text) {
  std::memcpy(payload.Extend(std::strlen(text)), text, std::strlen(text));
}

std::string_view TextOf(const Payload& payload) {
  return {reinterpret_cast<const char*>(payload.data()), payload.size()};
}

TEST(Payload, GrowsFromInlineToHeapAndKeepsWhatItHolds) {
  Payload payload;
  EXPECT_TRUE(payload.empty());
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    Append(payload, "abc");
    expected += "abc";
    ASSERT_EQ(TextOf(payload), expected);
  }
}

TEST(Payload, MovesInlineAndHeapAlike) {
  for (const std::string& expected : {std::string("short"), std::string(1000, 'x')}) {
    Payload one;
    Append(one, expected.c_str());
    Payload other = std::move(one);
    EXPECT_EQ(TextOf(other), expected);
    Payload third;
    Append(third, "replaced");
    third = std::move(other);
    EXPECT_EQ(TextOf(third), expected);
  }
}

TEST(Payload, RefusesMoreThanItCanCount) {
  Payload payload;
  EXPECT_THROW(payload.Extend(size_t{UINT32_MAX} + 1), std::bad_alloc);
  Append(payload, "still there");
  EXPECT_EQ(TextOf(payload), "still there");
}

TEST(Payload, KeepsAttachmentsUntilItGoes) {
  auto owner = std::make_shared<int>(1);
  {
    Payload payload;
    EXPECT_EQ(payload.FindAttachment(0), nullptr);
    EXPECT_EQ(payload.Attach({owner, owner.get(), 4096}), 0U);
    EXPECT_EQ(payload.Attach({owner, owner.get(), 100}), 1U);
    EXPECT_EQ(payload.FindAttachment(1)->size, 100U);
    EXPECT_EQ(payload.FindAttachment(2), nullptr);
    Append(payload, "abcd");
    EXPECT_EQ(payload.weight(), 4200U);
    EXPECT_EQ(owner.use_count(), 3);
    Payload moved = std::move(payload);
    EXPECT_EQ(owner.use_count(), 3);
    moved.Clear();
    EXPECT_EQ(owner.use_count(), 1);
    EXPECT_EQ(moved.weight(), 0U);
  }
}

TEST(SizeMeter, HoldsWhatIsAddedToItsLimit) {
  Payload payload;
  Append(payload, "before");
  SizeMeter meter(payload, 10);
  EXPECT_TRUE(meter.HasRoom(10));
  EXPECT_FALSE(meter.exceeded());
  Append(payload, "1234");
  EXPECT_TRUE(meter.HasRoom(6));
  meter.CountAttached(5);
  EXPECT_TRUE(meter.HasRoom(1));
  EXPECT_FALSE(meter.HasRoom(2));
  EXPECT_TRUE(meter.exceeded());
  EXPECT_EQ(meter.seen(), 11);
  // Once too much, always too much.
  EXPECT_FALSE(meter.HasRoom(0));
}

TEST(SizeMeter, DoesNotOverflow) {
  Payload payload;
  SizeMeter meter(payload, SIZE_MAX);
  EXPECT_TRUE(meter.HasRoom(SIZE_MAX));
  SizeMeter small(payload, 8);
  EXPECT_FALSE(small.HasRoom(SIZE_MAX));
}

}  // namespace
}  // namespace isolet
