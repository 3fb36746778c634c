#include "shared/wasm_declarations.h"

#include <gtest/gtest.h>

#include <vector>

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

WasmDeclarations Read(const Bytes& types, const Bytes& imports = {}, const Bytes& functions = {},
                      const Bytes& globals = {}) {
  return ReadWasmDeclarations({types.data(), types.size()}, {imports.data(), imports.size()},
                              {functions.data(), functions.size()},
                              {globals.data(), globals.size()});
}

TEST(WasmDeclarations, FindNoStructureWhereThereIsNone) {
  EXPECT_EQ(Read({}).largest_struct, 0U);
  EXPECT_EQ(Read({0}).largest_struct, 0U);
  EXPECT_EQ(Read({1, 0x60, 2, 0x7f, 0x7e, 1, 0x7d}).largest_struct, 0U);
  EXPECT_EQ(Read({1, 0x5e, 0x78, 1}).largest_struct, 0U);
}

TEST(WasmDeclarations, CountFields) {
  EXPECT_EQ(Read({1, 0x5f, 3, 0x7f, 0, 0x7e, 1, 0x78, 1}).largest_struct, 3U);
  EXPECT_EQ(Read({2, 0x5f, 1, 0x7f, 0, 0x5f, 2, 0x7f, 0, 0x7f, 0}).largest_struct, 2U);
}

TEST(WasmDeclarations, ReadReferencesSubtypesAndGroups) {
  EXPECT_EQ(Read({1, 0x5f, 2, 0x63, 0x80, 0x01, 0, 0x64, 0x00, 1}).largest_struct, 2U);
  EXPECT_EQ(Read({2, 0x50, 0, 0x5f, 0, 0x4f, 1, 0, 0x5f, 1, 0x7f, 0}).largest_struct, 1U);
  EXPECT_EQ(Read({1, 0x4e, 2, 0x5f, 1, 0x7f, 0, 0x5f, 2, 0x7f, 0, 0x7f, 0}).largest_struct, 2U);
}

TEST(WasmDeclarations, TakeWhatTheyCannotReadForTheMostThatItCouldBe) {
  EXPECT_EQ(Read({1, 0x4d, 1, 2, 3, 4, 5, 6}).largest_struct, 3U);
  EXPECT_EQ(Read({2, 0x5f, 5, 0x7f, 0, 0x7f}).largest_struct, 5U);
  EXPECT_EQ(Read({1, 0x5f, 0xff, 0xff, 0xff, 0xff, 0x0f}).largest_struct, UINT32_MAX);
  EXPECT_GE(Read({1, 0x60, 9, 0x7f}).TypeAt(0).results, 2U);
}

TEST(WasmDeclarations, NumberFunctionsFromTheImportedOnesOn) {
  const Bytes types{2, 0x60, 2, 0x7f, 0x7e, 1, 0x7d, 0x60, 0, 3, 0x7f, 0x7f, 0x7f};
  const Bytes imports{5,   1, 'm',  1, 'f', 0,   1,   1,   'm', 1, 't', 1,   0x70,
                      1,   0, 9,    1, 'm', 1,   'y', 2,   0,   1, 1,   'm', 1,
                      'g', 3, 0x7f, 0, 1,   'm', 1,   'e', 4,   0, 1};
  const WasmDeclarations declared = Read(types, imports, {1, 0});
  ASSERT_EQ(declared.functions.size(), 2U);
  EXPECT_EQ(declared.FunctionAt(0).parameters, 0U);
  EXPECT_EQ(declared.FunctionAt(0).results, 3U);
  EXPECT_EQ(declared.FunctionAt(1).parameters, 2U);
  EXPECT_EQ(declared.FunctionAt(1).results, 1U);
  // Not declared: it may give as much as any.
  EXPECT_EQ(declared.FunctionAt(2).parameters, 0U);
  EXPECT_EQ(declared.FunctionAt(2).results, 3U);
  EXPECT_TRUE(Read(types, {1, 1, 'm', 1, 'f', 9, 1}, {1, 0}).functions.empty());
}

TEST(WasmDeclarations, CountGlobalsAndTellWhetherAllWasRead) {
  const Bytes types{1, 0x60, 0, 0};
  const Bytes imports{1, 1, 'm', 1, 'g', 3, 0x7f, 0};
  const WasmDeclarations declared = Read(types, imports, {1, 0}, {2, 0x7f, 0, 0x41, 0, 0x0b});
  EXPECT_TRUE(declared.is_whole);
  EXPECT_EQ(declared.globals, 3U);
  EXPECT_TRUE(Read({}).is_whole);
  EXPECT_FALSE(Read({1, 0x33}).is_whole);
  EXPECT_FALSE(Read(types, {1, 1, 'm', 1, 'g', 9}).is_whole);
  EXPECT_FALSE(Read(types, imports, {2, 0}).is_whole);
  // Bytes that are left.
  EXPECT_FALSE(Read(types, imports, {1, 0, 0}).is_whole);
  EXPECT_FALSE(Read(types, {0, 0}).is_whole);
  // A tag's first number, in two bytes.
  const Bytes tag{2, 1, 'm', 1, 't', 4, 0x80, 0, 0, 1, 'm', 1, 'f', 0, 0};
  EXPECT_TRUE(Read(types, tag).is_whole);
  EXPECT_EQ(Read(types, tag).imported_functions, 1U);
  EXPECT_FALSE(Read(types, imports, {1, 0}, {0xff}).is_whole);
}

}  // namespace
}  // namespace isolet
