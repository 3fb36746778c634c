#include "shared/wire_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <vector>

namespace isolet {
namespace {

// A reader over a block of exactly these bytes, so that AddressSanitizer sees the
// first one read past them.
class Input {
 public:
  // Not inlined: GCC 12 loses sight of the check against the end, and warns.
  [[gnu::noinline]] explicit Input(const std::vector<uint8_t>& bytes)
      : bytes_(bytes), reader_(bytes_.data(), bytes_.size()) {}

  WireReader* operator->() { return &reader_; }

 private:
  const std::vector<uint8_t> bytes_;
  WireReader reader_;
};

TEST(WireFormat, NumbersComeBack) {
  std::vector<uint64_t> numbers{0, UINT64_MAX};
  for (unsigned shift = 0; shift < 64; ++shift) {
    uint64_t power = uint64_t{1} << shift;
    numbers.insert(numbers.end(), {power - 1, power, power + 1});
  }
  Payload payload;
  WireWriter out(payload);
  for (uint64_t number : numbers) {
    out.Varint(number);
    out.Int32(static_cast<int32_t>(number));
  }
  WireReader in(payload);
  for (uint64_t number : numbers) {
    uint64_t read = 0;
    int32_t small = 0;
    ASSERT_TRUE(in.Varint(&read));
    EXPECT_EQ(read, number);
    ASSERT_TRUE(in.Int32(&small));
    EXPECT_EQ(small, static_cast<int32_t>(number));
  }
  EXPECT_TRUE(in.AtEnd());
}

TEST(WireFormat, NothingIsReadFromNothing) {
  Input input({});
  WireTag tag;
  uint8_t byte = 0;
  uint64_t wide = 0;
  uint32_t number = 0;
  int32_t integer = 0;
  double real = 0;
  const uint8_t* bytes = nullptr;
  EXPECT_FALSE(input->Tag(&tag));
  EXPECT_FALSE(input->NextIs(WireTag::kUndefined));
  EXPECT_FALSE(input->Byte(&byte));
  EXPECT_FALSE(input->Varint(&wide));
  EXPECT_FALSE(input->Varint32(&number));
  EXPECT_FALSE(input->Int32(&integer));
  EXPECT_FALSE(input->Double(&real));
  EXPECT_FALSE(input->Bytes(1, &bytes));
  EXPECT_TRUE(input->Bytes(0, &bytes));
  EXPECT_TRUE(input->AtEnd());
}

TEST(WireFormat, KnowsItsTags) {
  constexpr auto kLast = static_cast<unsigned>(WireTag::kStream);
  for (unsigned byte = 0; byte < 256; ++byte) {
    Input input({static_cast<uint8_t>(byte)});
    WireTag tag;
    EXPECT_EQ(input->Tag(&tag), byte <= kLast) << byte;
    EXPECT_EQ(input->AtEnd(), byte <= kLast) << byte;
  }
}

TEST(WireFormat, RefusesANumberCutShort) {
  for (size_t length = 1; length < 10; ++length) {
    Input input(std::vector<uint8_t>(length, 0x80));
    uint64_t number = 0;
    EXPECT_FALSE(input->Varint(&number)) << length;
  }
}

TEST(WireFormat, RefusesANumberBeyond64Bits) {
  uint64_t number = 0;
  Input largest({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1});
  EXPECT_TRUE(largest->Varint(&number));
  EXPECT_EQ(number, UINT64_MAX);
  Input larger({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2});
  EXPECT_FALSE(larger->Varint(&number));
  Input longer({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1});
  EXPECT_FALSE(longer->Varint(&number));
}

TEST(WireFormat, RefusesANumberBeyond32BitsWhereThatIsTheMost) {
  uint32_t number = 0;
  int32_t integer = 0;
  Input largest({0xff, 0xff, 0xff, 0xff, 0x0f});
  EXPECT_TRUE(largest->Varint32(&number));
  EXPECT_EQ(number, UINT32_MAX);
  Input larger({0x80, 0x80, 0x80, 0x80, 0x10});
  EXPECT_FALSE(larger->Varint32(&number));
  Input lowest({0xff, 0xff, 0xff, 0xff, 0x0f});
  EXPECT_TRUE(lowest->Int32(&integer));
  EXPECT_EQ(integer, INT32_MIN);
  Input beyond({0xff, 0xff, 0xff, 0xff, 0x1f});
  EXPECT_FALSE(beyond->Int32(&integer));
}

TEST(WireFormat, BytesAreThoseThatAreThere) {
  const uint8_t* bytes = nullptr;
  for (uint64_t count : {uint64_t{4}, uint64_t{1} << 31, uint64_t{1} << 32, uint64_t{1} << 63,
                         UINT64_MAX - 2, UINT64_MAX}) {
    Input input({1, 2, 3});
    EXPECT_FALSE(input->Bytes(count, &bytes)) << count;
    EXPECT_EQ(input->remaining(), 3u);
  }
  Input input({1, 2, 3});
  ASSERT_TRUE(input->Bytes(3, &bytes));
  EXPECT_EQ(bytes[2], 3);
  EXPECT_TRUE(input->AtEnd());
}

TEST(WireFormat, RefusesADoubleCutShort) {
  for (size_t length = 0; length < 8; ++length) {
    Input input(std::vector<uint8_t>(length, 0));
    double number = 1;
    EXPECT_FALSE(input->Double(&number)) << length;
    EXPECT_EQ(number, 1);
  }
}

TEST(WireFormat, AOneByteStringIsReadInPlace) {
  const std::vector<uint8_t> hello{static_cast<uint8_t>(WireTag::kOneByteString), 2, 'h', 'i'};
  Input in(hello);
  std::string_view text;
  EXPECT_TRUE(in->OneByteString(&text));
  EXPECT_EQ(text, "hi");
  for (size_t length = 0; length < hello.size(); ++length) {
    Input cut({hello.begin(), hello.begin() + static_cast<ptrdiff_t>(length)});
    EXPECT_FALSE(cut->OneByteString(&text)) << length;
  }
  Input other({static_cast<uint8_t>(WireTag::kTwoByteString), 1, 'h', 0});
  EXPECT_FALSE(other->OneByteString(&text));
}

TEST(WireFormat, SkipsAPrimitiveToItsEnd) {
  const auto tag = [](WireTag of) { return static_cast<uint8_t>(of); };
  const std::vector<std::vector<uint8_t>> primitives{
      {tag(WireTag::kUndefined)},
      {tag(WireTag::kNull)},
      {tag(WireTag::kTrue)},
      {tag(WireTag::kFalse)},
      {tag(WireTag::kInt32), 0x80, 1},
      {tag(WireTag::kDouble), 1, 2, 3, 4, 5, 6, 7, 8},
      {tag(WireTag::kOneByteString), 2, 'h', 'i'},
      {tag(WireTag::kTwoByteString), 2, 'h', 0, 'i', 0}};
  for (const std::vector<uint8_t>& primitive : primitives) {
    Input whole(primitive);
    EXPECT_TRUE(whole->SkipPrimitive());
    EXPECT_EQ(whole->remaining(), 0u);
    Input cut({primitive.begin(), primitive.end() - 1});
    EXPECT_FALSE(cut->SkipPrimitive()) << int{primitive[0]};
  }
  Input huge({tag(WireTag::kTwoByteString), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
              0, 0});
  EXPECT_FALSE(huge->SkipPrimitive());
  for (WireTag container :
       {WireTag::kObject, WireTag::kArray, WireTag::kReference, WireTag::kBuffer}) {
    Input in({tag(container), 0, 0});
    EXPECT_FALSE(in->SkipPrimitive());
  }
}

TEST(WireFormat, NoiseIsReadToItsEndAndNoFurther) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<uint8_t> noise(random() % 40);
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<uint8_t>(random()); });
    Input input(noise);
    for (bool read = true; read;) {
      size_t before = input->remaining();
      WireTag tag;
      uint64_t wide = 0;
      int32_t integer = 0;
      double real = 0;
      const uint8_t* bytes = nullptr;
      switch (random() % 5) {
        case 0:
          read = input->Tag(&tag);
          break;
        case 1:
          read = input->Varint(&wide);
          break;
        case 2:
          read = input->Int32(&integer);
          break;
        case 3:
          read = input->Double(&real);
          break;
        default:
          read = input->Varint(&wide) && input->Bytes(wide, &bytes) &&
                 std::count(bytes, bytes + wide, 0) >= 0;
      }
      ASSERT_LE(input->remaining(), before - (read ? 1 : 0));
    }
  }
}

}  // namespace
}  // namespace isolet
