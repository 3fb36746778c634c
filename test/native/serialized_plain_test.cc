#include "shared/serialized_plain.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace isolet {
namespace {

using std::string_literals::operator""s;

constexpr size_t kEnough = 1000;

struct Translation {
  bool is_plain;
  std::string bytes;
};

Translation Translate(std::string_view bytes, size_t count = 1, uint32_t max_depth = 10,
                      size_t limit = kEnough) {
  Payload payload;
  WireWriter out(payload);
  out.Tag(WireTag::kNull);
  SizeMeter meter(payload, limit);
  const bool is_plain =
      SerializedPlain(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), out)
          .Translate(count, max_depth, &meter);
  return {is_plain, {reinterpret_cast<const char*>(payload.data()) + 1, payload.size() - 1}};
}

std::string Ours(std::initializer_list<int> bytes) { return {bytes.begin(), bytes.end()}; }
constexpr int Of(WireTag tag) { return static_cast<int>(tag); }

TEST(SerializedPlain, TranslatesPrimitives) {
  EXPECT_EQ(Translate("_").bytes, Ours({Of(WireTag::kUndefined)}));
  EXPECT_EQ(Translate("0").bytes, Ours({Of(WireTag::kNull)}));
  EXPECT_EQ(Translate("T").bytes, Ours({Of(WireTag::kTrue)}));
  EXPECT_EQ(Translate("F").bytes, Ours({Of(WireTag::kFalse)}));
  EXPECT_EQ(Translate("I\x03").bytes, Ours({Of(WireTag::kInt32), 3}));
  EXPECT_EQ(Translate("N12345678").bytes, Ours({Of(WireTag::kDouble)}) + "12345678");
  EXPECT_EQ(Translate("\"\x02hi").bytes, Ours({Of(WireTag::kOneByteString), 2}) + "hi");
}

TEST(SerializedPlain, CountsTwoByteStringsInUnitsAndSkipsTheirPadding) {
  EXPECT_EQ(Translate("\0c\x04"s + "abcd").bytes, Ours({Of(WireTag::kTwoByteString), 2}) + "abcd");
  EXPECT_FALSE(Translate("c\x03"s + "abc").is_plain);
}

TEST(SerializedPlain, TranslatesObjectsAndReferences) {
  const Translation object = Translate("o\"\x01" +
                                       "aI\x02\"\x01"
                                       "b^"s +
                                       "\0{\x02"s);
  EXPECT_TRUE(object.is_plain);
  EXPECT_EQ(object.bytes, Ours({Of(WireTag::kObject), Of(WireTag::kOneByteString), 1, 'a',
                                Of(WireTag::kInt32), 2, Of(WireTag::kOneByteString), 1, 'b',
                                Of(WireTag::kReference), 0, Of(WireTag::kEnd)}));
}

TEST(SerializedPlain, TellsArraysOfPrimitivesFromOthers) {
  EXPECT_EQ(Translate("A\x02T-$\0\x02"s).bytes,
            Ours({Of(WireTag::kPrimitiveArray), 2, Of(WireTag::kTrue), Of(WireTag::kHole)}));
  EXPECT_EQ(Translate("A\x01o{\0$\0\x01"s).bytes,
            Ours({Of(WireTag::kArray), 1, Of(WireTag::kObject), Of(WireTag::kEnd)}));
}

TEST(SerializedPlain, TakesSparseArraysThatHaveEveryIndex) {
  EXPECT_EQ(Translate("a\x02I\0TI\x02"s + "F@\x02\x02").bytes,
            Ours({Of(WireTag::kPrimitiveArray), 2, Of(WireTag::kTrue), Of(WireTag::kFalse)}));
  EXPECT_FALSE(Translate("a\x02I\x02"s + "F@\x01\x02").is_plain);
  EXPECT_FALSE(Translate("a\x01I\0T\"\x01"s + "xT@\x02\x01").is_plain);
}

TEST(SerializedPlain, RefusesWhatIsNotPlainAndWritesNothing) {
  // An array with a name of its own, an error, a Map, an object as a key, a tag of nobody's.
  const std::string refused[] = {"A\x01T\"\x01xT$\x01\x01"s, "r."s, ";:\0"s, "oo{\0T{\x01"s, "%"s};
  for (const std::string& bytes : refused) {
    const Translation translation = Translate(bytes);
    EXPECT_FALSE(translation.is_plain) << bytes;
    EXPECT_EQ(translation.bytes, "") << bytes;
  }
}

TEST(SerializedPlain, RefusesWhatIsCutOffOrGoesOn) {
  const std::string whole = "o\"\x01" + "aA\x01N12345678$"s + "\0\x01{\x01"s;
  ASSERT_TRUE(Translate(whole).is_plain);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Translate(whole.substr(0, size)).is_plain) << size;
  }
  EXPECT_FALSE(Translate(whole + "T").is_plain);
}

TEST(SerializedPlain, TakesSeveralValues) {
  EXPECT_EQ(Translate("To{\0^\0"s, 3).bytes, Ours({Of(WireTag::kTrue), Of(WireTag::kObject),
                                                   Of(WireTag::kEnd), Of(WireTag::kReference), 0}));
}

TEST(SerializedPlain, HoldsTheDepthAndTheSize) {
  EXPECT_TRUE(Translate("A\x01" + "A\x00$\0\0$\0\x01"s, 1, 2).is_plain);
  EXPECT_FALSE(Translate("A\x01" + "A\x00$\0\0$\0\x01"s, 1, 1).is_plain);
  // An object counts sixteen bytes beside its own.
  EXPECT_TRUE(Translate("o{\0"s, 1, 1, 18).is_plain);
  EXPECT_FALSE(Translate("o{\0"s, 1, 1, 17).is_plain);
}

}  // namespace
}  // namespace isolet
