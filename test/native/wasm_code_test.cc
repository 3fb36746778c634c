#include "shared/wasm_code.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "shared/wasm_bytes.h"
#include "shared/wasm_function.h"

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

void Repeat(Bytes* out, size_t times, const Bytes& part) {
  for (size_t i = 0; i < times; ++i) out->insert(out->end(), part.begin(), part.end());
}

// With so many variables.
Bytes Body(uint64_t variables, const Bytes& code) {
  Bytes body{1};
  AppendVarint(body, variables);
  body.push_back(0x7f);
  body.insert(body.end(), code.begin(), code.end());
  body.push_back(0x0b);
  return body;
}

WasmCode CodeOf(const std::vector<Bytes>& bodies, uint64_t largest_struct = 0) {
  Bytes section;
  AppendVarint(section, bodies.size());
  for (const Bytes& body : bodies) {
    AppendVarint(section, body.size());
    section.insert(section.end(), body.begin(), body.end());
  }
  WasmDeclarations declared;
  declared.largest_struct = largest_struct;
  return ReadWasmCode({section.data(), section.size()}, declared);
}

// Variables and stack over all blocks.
uint64_t ValuesKept(uint64_t variables, const Bytes& code, const WasmDeclarations& declared = {}) {
  const Bytes body = Body(variables, code);
  return ReadWasmFunction({body.data(), body.size()}, {}, declared).values_kept;
}

const Bytes kIf{0x20, 0, 0x04, 0x40, 0x0b};

TEST(WasmCode, OfNothingIsNothing) {
  EXPECT_EQ(ReadWasmCode({}, {}).compiler_bytes, 0U);
  EXPECT_EQ(CodeOf({}).compiler_bytes, 0U);
  EXPECT_EQ(CodeOf({{0, 0x0b}}).compiler_bytes, 0U);
}

TEST(WasmCode, GrowsWithVariablesTimesBlocks) {
  Bytes many;
  Repeat(&many, 20'000, kIf);
  EXPECT_GE(CodeOf({Body(49'000, many)}).compiler_bytes, uint64_t{10} << 30);
  Bytes some;
  Repeat(&some, 100, kIf);
  EXPECT_EQ(ValuesKept(100, some), 100U * 100U);
}

TEST(WasmCode, GrowsWithTheStackTimesBlocks) {
  Bytes code;
  Repeat(&code, 1'000, {0x41, 0});
  Repeat(&code, 500, kIf);
  Repeat(&code, 1'000, {0x1a});
  Repeat(&code, 500, kIf);
  EXPECT_EQ(ValuesKept(0, code), 500U * 1'000U);
}

TEST(WasmCode, OfLoopsInLoopsIsTooMuch) {
  auto nested = [](size_t depth, const Bytes& begin) {
    Bytes code;
    Repeat(&code, depth, begin);
    Repeat(&code, depth, {0x0b});
    return CodeOf({Body(1, code)}).compiler_bytes;
  };
  const Bytes loop{0x03, 0x40};
  EXPECT_GE(nested(2'000, loop), uint64_t{1} << 40);
  EXPECT_LT(nested(1'000, loop), uint64_t{1} << 20);
  // As of a switch with as many cases.
  EXPECT_LT(nested(2'000, {0x02, 0x40}), uint64_t{1} << 20);
  Bytes beside;
  Repeat(&beside, 2'000, {0x03, 0x40, 0x0b});
  EXPECT_LT(CodeOf({Body(1, beside)}).compiler_bytes, uint64_t{1} << 20);
}

TEST(WasmCode, OfAnOrdinaryLargeFunctionIsSmall) {
  Bytes code;
  for (int i = 0; i < 5'000; ++i) {
    // A comparison, a block with a call in it, a store.
    Repeat(&code, 1, {0x20, 0, 0x41, 0xe4, 0, 0x48, 0x04, 0x40});
    Repeat(&code, 1, {0x20, 1, 0x41, 1, 0x10, 0, 0x1a, 0x0b});
    Repeat(&code, 1, {0x20, 0, 0x20, 1, 0x36, 2, 16});
  }
  WasmDeclarations declared;
  declared.types = {{2, 1}};
  declared.functions = {0};
  declared.most = {2, 1};
  EXPECT_LE(ValuesKept(300, code, declared), 5'001U * 302U);
  Bytes section{1};
  const Bytes body = Body(300, code);
  AppendVarint(section, body.size());
  section.insert(section.end(), body.begin(), body.end());
  EXPECT_LT(ReadWasmCode({section.data(), section.size()}, declared).compiler_bytes,
            uint64_t{32} << 20);
}

TEST(WasmCode, FollowsBlocksWithParametersAndResults) {
  WasmDeclarations declared;
  declared.types = {{2, 3}};
  declared.most = {2, 3};
  // Two values into a block of that type, which gives three, and another block on top.
  EXPECT_EQ(ValuesKept(0, {0x41, 1, 0x41, 2, 0x02, 0, 0x41, 3, 0x0b, 0x02, 0x40, 0x0b}, declared),
            2U + 3U);
  // One with a value, and both branches of an if.
  EXPECT_EQ(ValuesKept(1, {0x02, 0x7f, 0x41, 1, 0x0b, 0x04, 0x40, 0x05, 0x0b}), 1U + 1U + 1U);
}

TEST(WasmCode, LetsNothingBeTakenFromOutsideABlock) {
  // After `unreachable` a block may drop what is not there: what is outside stays.
  EXPECT_EQ(
      ValuesKept(0, {0x41, 1, 0x41, 2, 0x02, 0x40, 0x00, 0x1a, 0x1a, 0x1a, 0x0b, 0x02, 0x40, 0x0b}),
      2U + 2U);
}

TEST(WasmCode, ReadsEachKindOfImmediates) {
  // Each is followed by a block, whose height tells that what came before was read to its end.
  const std::vector<std::pair<Bytes, uint64_t>> cases = {
      {{0x43, 2, 3, 4, 2}, 1},                                                  // f32.const
      {{0x44, 2, 3, 4, 2, 2, 3, 4, 2}, 1},                                      // f64.const
      {{0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}, 1},  // i64.const
      {{0x41, 0, 0x28, 2, 0}, 1},                                               // i32.load
      {{0x41, 0, 0x28, 0x42, 2, 0}, 1},                                 // of a memory by number
      {{0x41, 0, 0x0e, 2, 2, 2, 2}, 0},                                 // br_table
      {{0x41, 0, 0x41, 0, 0x41, 0, 0x1c, 1, 0x7f}, 1},                  // select
      {{0xd0, 0x70}, 1},                                                // ref.null
      {{0xfc, 10, 0, 0}, 0},                                            // memory.copy
      {{0xfd, 12, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2}, 1},  // v128.const
      {{0xfd, 0xae, 0x01}, 0},                                          // i32x4.add
      {{0x41, 0, 0x41, 1, 0xfe, 0x1e, 2, 0}, 1},                        // i32.atomic.rmw.add
      {{0xfb, 0x08, 0, 2}, 1},                                          // array.new_fixed
      {{0xfb, 0x18, 3, 0, 2, 3}, 0},                                    // br_on_cast
      {{0x1f, 0x40, 2, 0, 2, 0, 2, 0, 0x0b}, 0},                        // try_table
      {{0x06, 0x40, 0x19, 0x0b}, 0},                                    // try, catch_all
  };
  for (const auto& [code, height] : cases) {
    Bytes with_block = code;
    Repeat(&with_block, 1, {0x02, 0x40, 0x0b});
    EXPECT_EQ(ValuesKept(0, with_block), height) << +code[0];
  }
}

TEST(WasmCode, AssumesTheWorstOfWhatItDoesNotKnow) {
  Bytes code{0xff};
  Repeat(&code, 1'000, {0x41, 0});
  EXPECT_GE(ValuesKept(10, code), 1'000U * 1'000U);
}

TEST(WasmCode, CountsFieldsOfStructuresMade) {
  Bytes many;
  Repeat(&many, 20'000, {0xfb, 0x01, 0, 0x1a});
  const WasmCode code = CodeOf({Body(0, many)}, 2'000);
  EXPECT_EQ(code.structure_bytes, 20'000U * 2'000U * 8U);
  EXPECT_GE(code.compiler_bytes, uint64_t{8} << 30);
  EXPECT_EQ(CodeOf({Body(0, many)}).structure_bytes, 0U);
  EXPECT_EQ(CodeOf({Body(0, {0xfb, 1, 0, 0x1a}), Body(0, {0xfb, 1, 0, 0x1a})}, 5).structure_bytes,
            2U * 5U * 8U);
}

TEST(WasmCode, SurvivesWhatMakesNoSense) {
  const Bytes endless{0xff, 0xff, 0xff, 0xff, 0x0f};
  EXPECT_EQ(ReadWasmCode({endless.data(), endless.size()}, {}).structure_bytes, 0U);
  EXPECT_EQ(CodeOf({{0xff, 0xff}}).structure_bytes, 0U);
  EXPECT_EQ(ValuesKept(0, {0x0b, 0x0b, 0x0b, 0x05}), 0U);
  Bytes many;
  Repeat(&many, 50'000, kIf);
  Repeat(&many, 50'000, {0xfb, 0x01, 0, 0x1a});
  EXPECT_LE(CodeOf({Body(UINT32_MAX, many)}, UINT64_MAX).compiler_bytes, uint64_t{1} << 41);
}

}  // namespace
}  // namespace isolet
