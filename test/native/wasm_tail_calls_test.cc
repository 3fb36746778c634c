#include "shared/wasm_tail_calls.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "shared/wasm_module.h"

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kHeader = {0, 'a', 's', 'm', 1, 0, 0, 0};
const Bytes kTypes = {1, 4, 1, 0x60, 0, 0};
const Bytes kFunctions = {3, 2, 1, 0};
// Two variables, then a call of itself in the place of a return.
const Bytes kCode = {10, 8, 1, 6, 1, 2, 0x7f, 0x12, 0, 0x0b};

Bytes Module(std::initializer_list<Bytes> sections) {
  Bytes module = kHeader;
  for (const Bytes& section : sections) module.insert(module.end(), section.begin(), section.end());
  return module;
}

std::optional<Bytes> Interruptible(const Bytes& module) {
  const auto read = BoundWasmMemories(module.data(), module.size(), kAnyPages);
  if (!read.has_value()) return std::nullopt;
  const WasmDeclarations declared =
      ReadWasmDeclarations(read->At(read->types), read->At(read->imports),
                           read->At(read->functions), read->At(read->globals));
  const WasmCode code = ReadWasmCode(read->At(read->function_bodies), declared);
  return InterruptTailCalls(module, declared, code.tail_callers);
}

TEST(WasmTailCalls, GetACallThatNeverHappens) {
  EXPECT_EQ(Interruptible(Module({kTypes, kFunctions, kCode})),
            Module({{1, 7, 2, 0x60, 0, 0, 0x60, 0, 0},
                    {3, 3, 2, 0, 1},
                    {6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b},
                    {10, 20, 2,                                                              //
                     13, 1,  2,    0x7f, 0x23, 0, 0x04, 0x40, 0x10, 1, 0x0b, 0x12, 0, 0x0b,  //
                     4,  0,  0x10, 1,    0x0b}}));
}

TEST(WasmTailCalls, ComeAfterWhatIsThere) {
  const Bytes imports = {2, 14, 2, 1, 'm', 1, 'g', 3, 0x7f, 0, 1, 'm', 1, 'f', 0, 0};
  const Bytes globals = {6, 6, 1, 0x7e, 0, 0x42, 5, 0x0b};
  const Bytes exported = {7, 5, 1, 1, 'f', 0, 1};
  const auto after = Interruptible(Module({kTypes, imports, kFunctions, globals, exported, kCode}));
  EXPECT_EQ(after,
            Module({{1, 7, 2, 0x60, 0, 0, 0x60, 0, 0},
                    imports,
                    {3, 3, 2, 0, 1},
                    {6, 11, 2, 0x7e, 0, 0x42, 5, 0x0b, 0x7f, 1, 0x41, 0, 0x0b},
                    exported,
                    {10, 20, 2,                                                              //
                     13, 1,  2,    0x7f, 0x23, 2, 0x04, 0x40, 0x10, 2, 0x0b, 0x12, 0, 0x0b,  //
                     4,  0,  0x10, 2,    0x0b}}));
}

TEST(WasmTailCalls, LeaveOtherFunctionsAlone) {
  const Bytes code = {10, 9, 2, 2, 0, 0x0b, 4, 0, 0x12, 0, 0x0b};
  const auto after = Interruptible(Module({kTypes, {3, 3, 2, 0, 0}, code}));
  EXPECT_EQ(after, Module({{1, 7, 2, 0x60, 0, 0, 0x60, 0, 0},
                           {3, 4, 3, 0, 0, 1},
                           {6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b},
                           {10, 21, 3,    2, 0,    0x0b,                                //
                            11, 0,  0x23, 0, 0x04, 0x40, 0x10, 2, 0x0b, 0x12, 0, 0x0b,  //
                            4,  0,  0x10, 2, 0x0b}}));
}

TEST(WasmTailCalls, AreFoundInEveryForm) {
  for (const Bytes& call : {Bytes{0x12, 0}, Bytes{0x13, 0, 0}, Bytes{0x15, 0}, Bytes{0xff}}) {
    Bytes body = {0};
    body.insert(body.end(), call.begin(), call.end());
    body.push_back(0x0b);
    Bytes section = {1, static_cast<uint8_t>(body.size())};
    section.insert(section.end(), body.begin(), body.end());
    const WasmCode code = ReadWasmCode({section.data(), section.size()}, {});
    ASSERT_EQ(code.tail_callers.size(), 1U);
    EXPECT_EQ(code.tail_callers[0].body, 0U);
    EXPECT_EQ(code.tail_callers[0].code, 1U);
  }
}

TEST(WasmTailCalls, AreRefusedWhereTheNextNumberIsNotKnown) {
  // A type, an import, of no known kind; a list that ends too early.
  EXPECT_EQ(Interruptible(Module({{1, 2, 1, 0x33}, kFunctions, kCode})), std::nullopt);
  EXPECT_EQ(Interruptible(Module({kTypes, {2, 6, 1, 1, 'm', 1, 'x', 9}, kFunctions, kCode})),
            std::nullopt);
  EXPECT_EQ(Interruptible(Module({kTypes, {3, 2, 2, 0}, kCode})), std::nullopt);
}

TEST(WasmTailCalls, AreFoundBehindANumberThatV8CutsToEightBits) {
  // A select with 257 types, which are 1 to V8.
  Bytes body = {0, 0x41, 0, 0x41, 0, 0x41, 0, 0x1c, 0x81, 2, 0x7f, 0x1a, 0x12, 0};
  body.insert(body.end(), 253, 1);
  body.push_back(0x0b);
  Bytes section = {1, 0x8c, 2};
  section.insert(section.end(), body.begin(), body.end());
  EXPECT_EQ(ReadWasmCode({section.data(), section.size()}, {}).tail_callers.size(), 1U);
}

TEST(WasmTailCalls, AreRefusedWhereASectionComesTwice) {
  const Bytes other = {10, 3, 1, 1, 0x0b};
  EXPECT_EQ(Interruptible(Module({kTypes, kFunctions, other, kCode})), std::nullopt);
  EXPECT_EQ(Interruptible(Module({kTypes, kFunctions, kFunctions, kCode})), std::nullopt);
}

TEST(WasmTailCalls, AreRefusedWhereBodiesAreMissingOrUnreadable) {
  EXPECT_EQ(Interruptible(Module({kTypes, {3, 3, 2, 0, 0}, kCode})), std::nullopt);
  EXPECT_EQ(Interruptible(Module({kTypes, kFunctions, {10, 4, 1, 2, 0xff, 0x0b}})), std::nullopt);
}

TEST(WasmTailCalls, SurviveAnything) {
  std::mt19937 random(7);
  const Bytes whole = Module({kTypes, kFunctions, {6, 6, 1, 0x7e, 0, 0x42, 5, 0x0b}, kCode});
  for (int i = 0; i < 100'000; ++i) {
    Bytes module = whole;
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int change = 0; change < changes; ++change) {
      module[kHeader.size() + (random() % (module.size() - kHeader.size()))] =
          static_cast<uint8_t>(random());
    }
    const auto after = Interruptible(module);
    EXPECT_TRUE(!after.has_value() || after->size() >= module.size());
  }
}

}  // namespace
}  // namespace isolet
