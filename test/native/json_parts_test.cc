#include "shared/json_parts.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace isolet {
namespace {

std::u16string Repeated(std::u16string_view text, size_t times, std::u16string_view before = {},
                        std::u16string_view after = {}) {
  std::u16string all(before);
  for (size_t i = 0; i < times; ++i) all.append(text);
  return all.append(after);
}

// In pieces, as long texts are read.
bool Fits(const std::u16string& text, uint64_t most) {
  JsonParts parts(most);
  for (size_t at = 0; at < text.size(); at += 7) {
    const std::u16string piece = text.substr(at, 7);
    if (!parts.Read(reinterpret_cast<const uint16_t*>(piece.data()), piece.size())) return false;
  }
  return true;
}

TEST(JsonParts, AreFewInTexts) {
  EXPECT_TRUE(Fits(u"", 0));
  EXPECT_TRUE(Fits(Repeated(u"[{,", 100'000, u"\"", u"\""), 0));
  EXPECT_TRUE(Fits(Repeated(u"\\\"[\\\\", 100'000, u"[\"", u"\"]"), 1000));
}

TEST(JsonParts, AreAllThatIsOpen) {
  EXPECT_FALSE(Fits(Repeated(u"[", 100'000), 4'000'000));
  EXPECT_FALSE(Fits(Repeated(u"{\"a\":", 100'000), 4'000'000));
  EXPECT_FALSE(Fits(Repeated(u"1,", 200'000, u"["), 4'000'000));
  EXPECT_FALSE(Fits(Repeated(u"\"\":1,", 50'000, u"{"), 4'000'000));
}

TEST(JsonParts, AreGoneWithTheirEnd) {
  EXPECT_TRUE(Fits(Repeated(u"{\"a\":1,\"b\":[1,2,3]},", 10'000, u"[", u"1]"), 1'000'000));
  EXPECT_TRUE(Fits(Repeated(u"[]", 100'000), 100));
}

TEST(JsonParts, MayMakeNoSense) {
  EXPECT_TRUE(Fits(Repeated(u"]},,", 100'000), 0));
  EXPECT_TRUE(Fits(Repeated(u"}]{", 100'000, u"["), 1000));
}

}  // namespace
}  // namespace isolet
