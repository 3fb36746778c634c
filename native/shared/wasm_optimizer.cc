#include "shared/wasm_optimizer.h"

#include <algorithm>

#include "shared/capped.h"

namespace isolet {
namespace {

// Bytes for one of each kind.
constexpr uint64_t kOperation = 2 << 10;
constexpr uint64_t kBlock = 1 << 10;
constexpr uint64_t kBranch = 6 << 10;
constexpr uint64_t kTarget = 2 << 10;
constexpr uint64_t kLoop = 20 << 10;
constexpr uint64_t kCatch = 12 << 10;
constexpr uint64_t kCall = 4 << 10;
constexpr uint64_t kIndirectCall = 8 << 10;
constexpr uint64_t kTable = 12 << 10;
constexpr uint64_t kFunctionReference = 8 << 10;
constexpr uint64_t kSaturating = 12 << 10;
constexpr uint64_t kBulk = 4 << 10;
constexpr uint64_t kArray = 40 << 10;
constexpr uint64_t kAtomic = 4 << 10;
constexpr uint64_t kWait = 8 << 10;
constexpr uint64_t kRemainder = 6 << 10;
// For each that a call takes or gives beyond some.
constexpr uint64_t kCallValue = 1536;
constexpr uint64_t kCallValuesIncluded = 8;
constexpr uint64_t kOperand = 600;
// For each variable and value at each place that control comes to, and that a loop changes.
constexpr uint64_t kEdgeValue = 8;
constexpr uint64_t kLoopVariable = 500;

// V8 13 and 14 follow a branch whose outcome is known from each place where it becomes known, and
// copy blocks of up to 13 operations on the way (BranchEliminationReducer): where each of a chain
// of branches asks for the same variable, each pair of them is such a copy.
constexpr uint64_t kLargestCopied = 13;
constexpr uint64_t kCopy = 1400;

bool IsIn(uint64_t code, uint64_t first, uint64_t last) { return code >= first && code <= last; }

// Comparisons but for equality, which may be one with zero.
bool IsOrder(uint64_t code) {
  return IsIn(code, 0x48, 0x4f) || IsIn(code, 0x53, 0x5a) || IsIn(code, 0x5b, 0x66);
}
bool IsEquality(uint64_t code) { return IsIn(code, 0x46, 0x47) || IsIn(code, 0x51, 0x52); }
bool IsTestForZero(uint64_t code) { return code == 0x45 || code == 0x50; }

bool GivesValueOfItsOwn(uint64_t code) {
  return code == 0x23 || IsIn(code, 0x28, 0x35) || IsIn(code, 0x3f, 0x40) || IsOrder(code) ||
         IsIn(code, 0x67, 0x69) || IsIn(code, 0x79, 0x7b);
}

}  // namespace

void WasmOptimizer::Instruction(uint8_t prefix, uint64_t code) {
  if (prefix != 0) return Operate(prefix, code);
  switch (code) {
    case 0x04:  // if
      Branch();
      return Begin(chained_);
    case 0x0d:  // br_if
      return Branch();
    case 0x0b:  // end
      End();
      [[fallthrough]];
    case 0x05:  // else
      operations_ = 0;
      value_ = Value::kAny;
      return;
    case 0x18:  // delegate
      End();
      return Operate(0, code);
    case 0x02:  // block
      Begin(0);
      return Add(kBlock);
    case 0x03:
      Begin(0);
      return Add(kLoop);
    case 0x06:  // try, try_table
    case 0x1f:
      Begin(0);
      [[fallthrough]];
    case 0x07:  // catch, catch_all
    case 0x19:
      value_ = Value::kAny;
      return Add(kCatch);
    case 0x21:  // local.set, local.tee
    case 0x22:
      may_differ_ = true;
      value_ = Value::kAny;
      return;
    case 0x01:  // nop, drop, local.get, constants
    case 0x1a:
    case 0x20:
    case 0x41:
    case 0x42:
    case 0x43:
    case 0x44:
      value_ = Value::kAny;
      return;
    default:
      return Operate(0, code);
  }
}

void WasmOptimizer::Operate(uint8_t prefix, uint64_t code) {
  const Value before = value_;
  value_ = Value::kAny;
  // Of references little is left, or nothing.
  const bool is_of_references = prefix == 0xfb || (prefix == 0 && IsIn(code, 0xd0, 0xd4));
  if (!is_of_references) ++operations_;
  switch (prefix) {
    case 0xfb:
      return Add(code == 6 || code == 7 || code == 9 || code == 10 ? kArray : kOperation);
    case 0xfc:
      return Add(code < 8 ? kSaturating : kBulk);
    case 0xfd:
      return Add(kOperation);
    case 0xfe:
      return Add(code <= 2 ? kWait : kAtomic);
    default:
      break;
  }
  if (IsTestForZero(code)) value_ = before;
  if (GivesValueOfItsOwn(code) || (IsEquality(code) && before == Value::kNonZero)) {
    value_ = Value::kOwn;
  }
  switch (code) {
    case 0x10:
      return Add(kCall);
    case 0x11:
    case 0x14:
      return Add(kIndirectCall);
    case 0x25:
    case 0x26:
      return Add(kTable);
    case 0x81:
    case 0x82:
      return Add(kRemainder);
    case 0xd2:
      return Add(kFunctionReference);
    case 0xd5:  // br_on_null, br_on_non_null
    case 0xd6:
      return Add(kBranch);
    default:
      return Add(kOperation);
  }
}

void WasmOptimizer::Branch() {
  Add(kBranch);
  if (value_ == Value::kOwn) {
    chained_ = 0;
  } else if (may_differ_) {
    chained_ = operations_ <= kLargestCopied ? chained_ + 1 : 1;
    Add(chained_ * kCopy);
    may_differ_ = false;
  }
  operations_ = 0;
  value_ = Value::kAny;
}

void WasmOptimizer::Call(uint64_t parameters, uint64_t results) {
  const uint64_t values = std::min(parameters + results, kCapped);
  if (values > kCallValuesIncluded) Add(CappedProduct(values - kCallValuesIncluded, kCallValue));
  if (results != 0) value_ = Value::kOwn;
}

void WasmOptimizer::Operands(uint64_t count) { Add(CappedProduct(count, kOperand)); }

void WasmOptimizer::Targets(uint64_t count) { Add(CappedProduct(count, kTarget)); }

void WasmOptimizer::Edges(uint64_t count, uint64_t values) {
  Add(CappedProduct(count, CappedProduct(values, kEdgeValue)));
}

void WasmOptimizer::Jump(uint64_t blocks) {
  if (blocks >= arriving_.size()) return;
  uint64_t& arriving = arriving_[arriving_.size() - 1 - blocks];
  arriving = std::max(arriving, chained_);
}

void WasmOptimizer::End() {
  if (arriving_.empty()) return;
  chained_ = std::max(chained_, arriving_.back());
  arriving_.pop_back();
}

void WasmOptimizer::EndLoop(uint64_t variables) { Add(CappedProduct(variables, kLoopVariable)); }

// As if all of them asked for the same variable: `local.get`, `br_if`.
void WasmOptimizer::Unread(uint64_t size) {
  const uint64_t branches = std::min(size / 4, uint64_t{1} << 14);
  Add(CappedProduct(size, kTable));
  Add(branches * branches / 2 * kCopy);
}

void WasmOptimizer::Add(uint64_t bytes) { bytes_ = std::min(bytes_ + bytes, kCapped); }

}  // namespace isolet
