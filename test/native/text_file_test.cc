#include "shared/text_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "temporary_path.h"

namespace isolet {
namespace {

class TextFileTest : public testing::Test {
 protected:
  const TemporaryPath temporary_;
  const std::string& path_ = temporary_.text();
};

TEST_F(TextFileTest, IsReadWhole) {
  std::string text("a\0b\r\n\xff", 6);
  while (text.size() < 100'000) text += text;
  std::ofstream(path_, std::ios::binary) << text;
  EXPECT_EQ(ReadTextFile(path_), text);
}

TEST_F(TextFileTest, MayBeEmpty) {
  std::ofstream(path_, std::ios::binary) << "";
  EXPECT_EQ(ReadTextFile(path_), "");
}

TEST_F(TextFileTest, IsNothingWhereItIsNotThere) { EXPECT_EQ(ReadTextFile(path_), std::nullopt); }

TEST_F(TextFileTest, IsNothingOfAFolder) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(ReadTextFile(path_), std::nullopt);
}

}  // namespace
}  // namespace isolet
