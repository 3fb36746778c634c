#include "shared/wasm_optimizer.h"

#include <gtest/gtest.h>

#include <vector>

#include "shared/wasm_bytes.h"
#include "shared/wasm_function.h"

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint64_t kMegabyte = uint64_t{1} << 20;

// Of a function of two numbers that has this code so many times.
uint64_t OptimizerBytes(size_t times, const Bytes& code) {
  Bytes body{0};
  for (size_t i = 0; i < times; ++i) body.insert(body.end(), code.begin(), code.end());
  body.push_back(0x0b);
  WasmDeclarations declared;
  declared.types = {{1, 1}, {1, 0}};
  declared.functions = {0, 1};
  return ReadWasmFunction({body.data(), body.size()}, {2, 0}, declared).optimizer_bytes;
}

// if, with what changes the first variable.
Bytes If(Bytes condition) {
  const Bytes rest{0x04, 0x40, 0x20, 0, 0x41, 1, 0x6a, 0x21, 0, 0x0b};
  condition.insert(condition.end(), rest.begin(), rest.end());
  return condition;
}

TEST(WasmOptimizer, TakesLittleForOrdinaryCode) {
  // Loads, and a ladder of comparisons as scanners have.
  EXPECT_LT(OptimizerBytes(10'000, {0x20, 0, 0x28, 2, 0, 0x21, 0}), 64 * kMegabyte);
  EXPECT_LT(OptimizerBytes(10'000, {0x20, 0, 0x41, 0xe1, 0, 0x46, 0x0d, 0}), 100 * kMegabyte);
  // Branches by a variable that stays what it is.
  EXPECT_LT(OptimizerBytes(10'000, {0x20, 0, 0x04, 0x40, 0x0b}), 100 * kMegabyte);
}

TEST(WasmOptimizer, TakesTheSquareOfBranchesByOneVariable) {
  const std::vector<Bytes> conditions = {
      {0x20, 0},                          // x
      {0x20, 0, 0x45, 0x45},              // !!x
      {0x20, 0, 0x41, 0, 0x47},           // x != 0
      {0x20, 0, 0x41, 0x80, 0, 0x47},     // the same, with a longer zero
      {0x41, 0, 0x20, 0, 0x47},           // 0 != x
      {0x20, 0, 0x20, 1, 0x47},           // x != y
      {0x20, 0, 0x41, 5, 0x21, 1, 0x45},  // x, and something else meanwhile
      {0x20, 0, 0x41, 5, 0x1a, 0x45},
      {0x20, 0, 0x3f, 0, 0x1a},
      {0x20, 0, 0x20, 1, 0x10, 1},  // a call that gives nothing
      {0x20, 0, 0x41, 0, 0x72},     // x | 0
      {0x20, 0, 0xad, 0xa7},        // to 64 bits and back
      {0x20, 0, 0x22, 0},
      {0x02, 0x7f, 0x20, 0, 0x0b},  // a block's value
  };
  for (const Bytes& condition : conditions) {
    EXPECT_GT(OptimizerBytes(1000, If(condition)), 512 * kMegabyte)
        << testing::PrintToString(condition);
    EXPECT_LT(OptimizerBytes(200, If(condition)), 64 * kMegabyte);
  }
  // By what an if gives.
  EXPECT_GT(
      OptimizerBytes(1000, {0x20, 0, 0x04, 0x7f, 0x23, 0, 0x05, 0x41, 0, 0x0b, 0x04, 0x40, 0x0b}),
      512 * kMegabyte);
  // By br_if, out of a block.
  EXPECT_GT(
      OptimizerBytes(1000, {0x02, 0x40, 0x20, 0, 0x0d, 0, 0x20, 0, 0x41, 1, 0x6a, 0x21, 0, 0x0b}),
      512 * kMegabyte);
}

TEST(WasmOptimizer, FollowsTheChainAroundWhatIsBetween) {
  // if (x) { if (a < b) {} x++ }
  EXPECT_GT(OptimizerBytes(2000, {0x20, 0,    0x04, 0x40, 0x20, 1, 0x20, 1,    0x49, 0x04,
                                  0x40, 0x0b, 0x20, 0,    0x41, 1, 0x6a, 0x21, 0,    0x0b}),
            512 * kMegabyte);
  // if (x) { x++; if (a < b) {} }
  EXPECT_GT(OptimizerBytes(2000, {0x20, 0,    0x04, 0x40, 0x20, 0,    0x41, 1,    0x6a, 0x21,
                                  0,    0x20, 1,    0x20, 1,    0x49, 0x04, 0x40, 0x0b, 0x0b}),
            512 * kMegabyte);
  // The same, jumping out of a block.
  EXPECT_GT(OptimizerBytes(2000, {0x02, 0x40, 0x20, 0, 0x0d, 0, 0x20, 1,    0x20, 1,   0x49,
                                  0x0d, 0,    0x20, 0, 0x41, 1, 0x6a, 0x21, 0,    0x0b}),
            512 * kMegabyte);
  // Behind references that nobody needs.
  Bytes fenced = If({0x20, 0});
  for (int i = 0; i < 14; ++i) fenced.insert(fenced.end(), {0xd2, 0, 0x1a});
  EXPECT_GT(OptimizerBytes(1000, fenced), 512 * kMegabyte);
}

TEST(WasmOptimizer, GrowsWithVariablesWhereControlComesTogether) {
  auto bytes = [](uint64_t variables, const Bytes& code) {
    Bytes body{1};
    AppendVarint(body, variables);
    body.push_back(0x7f);
    body.insert(body.end(), code.begin(), code.end());
    body.push_back(0x0b);
    WasmDeclarations declared;
    declared.types = {{0, 0}};
    declared.functions = {0};
    return ReadWasmFunction({body.data(), body.size()}, {}, declared).optimizer_bytes;
  };
  auto repeated = [](size_t times, const Bytes& code, Bytes before, const Bytes& after) {
    for (size_t i = 0; i < times; ++i) before.insert(before.end(), code.begin(), code.end());
    before.insert(before.end(), after.begin(), after.end());
    return before;
  };
  const uint64_t much = 1024 * kMegabyte;
  Bytes table{0x02, 0x40, 0x20, 0, 0x0e};
  AppendVarint(table, 8000);
  EXPECT_GT(bytes(49'000, repeated(8001, {0}, table, {0x0b})), much);
  EXPECT_GT(bytes(49'000, repeated(8000, {0x23, 0, 0x0d, 0}, {0x02, 0x40}, {0x0b})), much);
  EXPECT_GT(bytes(49'000, repeated(8000, {0x10, 0}, {0x06, 0x40}, {0x19, 0x0b})), much);
  EXPECT_LT(bytes(49'000, repeated(8000, {0x10, 0}, {}, {})), much / 16);
  // Loops in one another, the innermost of which sets many.
  const Bytes set = repeated(4000, {0x20, 0, 0x21, 1}, {}, {});
  EXPECT_GT(bytes(4000, repeated(900, {0x0b}, repeated(900, {0x03, 0x40}, {}, set), {})), much);
  EXPECT_LT(bytes(4000, repeated(900, {0x03, 0x40, 0x0b}, {}, set)), much / 16);
}

TEST(WasmOptimizer, BreaksTheChainWhereTheValueIsAnother) {
  const std::vector<Bytes> conditions = {
      {0x20, 0, 0x28, 2, 0},     // of memory
      {0x20, 0, 0x10, 0},        // of a call
      {0x23, 0},                 // of a global
      {0x20, 0, 0x41, 5, 0x46},  // x == 5
      {0x20, 0, 0x41, 0, 0x4b},  // x > 0
  };
  for (const Bytes& condition : conditions) {
    EXPECT_LT(OptimizerBytes(1000, If(condition)), 32 * kMegabyte)
        << testing::PrintToString(condition);
  }
  Bytes large = If({0x20, 0});
  for (int i = 0; i < 8; ++i) large.insert(large.end(), {0x20, 0, 0x45, 0x24, 0});
  EXPECT_LT(OptimizerBytes(1000, large), 64 * kMegabyte);
}

TEST(WasmOptimizer, CountsWhatTakesMuch) {
  EXPECT_GT(OptimizerBytes(100'000, {0x20, 0, 0xb7, 0xfc, 2, 0x21, 0}), 512 * kMegabyte);
  EXPECT_GT(OptimizerBytes(100'000, {0x03, 0x40, 0x0b}), 512 * kMegabyte);
  EXPECT_GT(OptimizerBytes(100'000, {0x20, 0, 0x25, 0, 0x1a}), 512 * kMegabyte);
  EXPECT_GT(OptimizerBytes(1'000'000, {0x02, 0x40, 0x0b}), 512 * kMegabyte);
  Bytes table{0x20, 0, 0x0e};
  AppendVarint(table, 60'000);
  table.resize(table.size() + 60'001);
  EXPECT_GT(OptimizerBytes(10, table), 512 * kMegabyte);
}

TEST(WasmOptimizer, CountsValuesThatAreTakenTogether) {
  Bytes body{0};
  for (int i = 0; i < 1500; ++i) body.insert(body.end(), {0x10, 0});
  body.push_back(0x0b);
  WasmDeclarations declared;
  declared.types = {{1000, 1000}};
  declared.functions = {0};
  EXPECT_GT(ReadWasmFunction({body.data(), body.size()}, {}, declared).optimizer_bytes,
            1024 * kMegabyte);
  EXPECT_GT(OptimizerBytes(20'000, {0x20, 0, 0x20, 0, 0xfb, 6, 0, 0x1a}), 512 * kMegabyte);
  EXPECT_GT(OptimizerBytes(200, {0xfb, 8, 0, 0x8f, 0x4e, 0x1a}), 512 * kMegabyte);
}

TEST(WasmOptimizer, ExpectsTheWorstOfWhatItCannotRead) {
  Bytes code(20'000, 0x01);
  code[0] = 0xc5;
  EXPECT_GT(OptimizerBytes(1, code), 512 * kMegabyte);
}

}  // namespace
}  // namespace isolet
