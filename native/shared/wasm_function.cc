#include "shared/wasm_function.h"

#include <algorithm>
#include <vector>

#include "shared/capped.h"
#include "shared/wasm_instructions.h"
#include "shared/wasm_optimizer.h"
#include "shared/wire_format.h"

namespace isolet {
namespace {

// The shortest instructions that put a value on the stack, and that begin a block.
constexpr uint64_t kShortestPush = 2;
constexpr uint64_t kShortestBlock = 2;

constexpr uint64_t kNoLoop = ~uint64_t{0};

constexpr uint8_t kVoidBlock = 0x40;
constexpr uint8_t kNullableReference = 0x63;
constexpr uint8_t kReference = 0x64;

class Reading {
 public:
  Reading(WasmSection body, WasmArity type, const WasmDeclarations& declared)
      : size_(body.size),
        in_(body.data, body.size),
        declared_(declared),
        variables_(type.parameters) {
    frames_.push_back({0, 0, type.results, 0});
  }

  WasmFunction Read() {
    if (ReadVariables()) {
      function_.code = static_cast<uint32_t>(size_ - in_.remaining());
      while (!in_.AtEnd() && !frames_.empty()) {
        if (!ReadInstruction()) break;
      }
    }
    if (!in_.AtEnd() || !frames_.empty()) function_.makes_tail_calls = true;
    if (!in_.AtEnd() && !frames_.empty()) AssumeTheWorst();
    function_.optimizer_bytes = optimizer_.bytes();
    return function_;
  }

 private:
  struct Frame {
    uint64_t base;  // of the stack, below the block's parameters
    uint64_t parameters;
    uint64_t results;
    uint64_t loops;  // that are open, with its own
    // Of a loop: how many variables had been set before it; else kNoLoop.
    uint64_t set_before = kNoLoop;
    bool is_try = false;
  };

  bool ReadVariables() {
    uint32_t groups = 0;
    if (!in_.Varint32(&groups)) return false;
    for (uint32_t i = 0; i < groups; ++i) {
      uint32_t count = 0;
      if (!in_.Varint32(&count) || !SkipType()) return false;
      variables_ = std::min(variables_ + count, kCapped);
    }
    return true;
  }

  bool SkipType() {
    uint8_t type = 0;
    if (!in_.Byte(&type)) return false;
    return (type != kReference && type != kNullableReference) || SkipNumbers(1);
  }
  bool SkipNumbers(uint64_t count) { return SkipWasmNumbers(in_, count); }

  // Below its block's part of the stack nothing takes a value: after a branch the language
  // lets instructions take what is not there.
  void Move(int effect) {
    const uint64_t floor = frames_.back().base;
    if (effect >= 0) {
      height_ = std::min(height_ + static_cast<uint64_t>(effect), kCapped);
    } else {
      const auto taken = static_cast<uint64_t>(-effect);
      height_ = height_ > floor + taken ? height_ - taken : floor;
    }
  }
  void Take(uint64_t count) {
    const uint64_t floor = frames_.back().base;
    height_ = height_ > floor + count ? height_ - count : floor;
  }
  void Give(uint64_t count) { height_ = std::min(height_ + count, kCapped); }
  void KeepValues() {
    function_.values_kept = std::min(function_.values_kept + variables_ + height_, kCapped);
  }

  bool ReadBlockType(WasmArity* arity) {
    uint8_t type = 0;
    uint64_t index = 0;
    if (in_.NextByteIs(kVoidBlock)) return in_.Byte(&type);
    if (in_.NextByteIsIn(0x41, 0x7f)) {
      *arity = {0, 1};
      return SkipType();
    }
    if (!in_.Varint(&index)) return false;
    *arity = declared_.TypeAt(index);
    return true;
  }
  bool Begin() {
    WasmArity arity;
    return ReadBlockType(&arity) && Enter(arity);
  }
  bool BeginLoop() {
    if (!Begin()) return false;
    ++frames_.back().loops;
    frames_.back().set_before = variables_set_;
    function_.nested_loops = std::max(function_.nested_loops, frames_.back().loops);
    return true;
  }
  bool MarkTry() {
    frames_.back().is_try = true;
    ++tries_;
    return true;
  }
  bool Enter(WasmArity arity) {
    Take(arity.parameters);
    const uint64_t loops = frames_.back().loops;
    frames_.push_back({height_, arity.parameters, arity.results, loops});
    Give(arity.parameters);
    KeepValues();
    return true;
  }
  bool End() {
    height_ = frames_.back().base;
    const uint64_t results = frames_.back().results;
    const uint64_t set_before = frames_.back().set_before;
    if (set_before != kNoLoop) {
      optimizer_.EndLoop(std::min(variables_, variables_set_ - set_before));
    }
    if (frames_.back().is_try) --tries_;
    if (results != 0) optimizer_.Values();
    optimizer_.Edge(variables_ + height_ + results);
    frames_.pop_back();
    Give(results);
    return true;
  }
  bool Restart(uint64_t values) {
    height_ = frames_.back().base;
    Give(values);
    KeepValues();
    return true;
  }
  bool Call(WasmArity arity) {
    Take(arity.parameters);
    Give(arity.results);
    optimizer_.Call(arity.parameters, arity.results);
    // It may throw.
    if (tries_ != 0) optimizer_.Edge(variables_ + height_);
    return true;
  }
  // Of their encodings those of zero begin so, and few others.
  bool ReadConstant() {
    if (!in_.NextByteIs(0x00) && !in_.NextByteIs(0x80)) optimizer_.NonZero();
    Give(1);
    return SkipNumbers(1);
  }

  bool ReadInstruction() {
    uint8_t code = 0;
    uint64_t index = 0;
    uint32_t count = 0;
    in_.Byte(&code);
    if (code < 0xfb) optimizer_.Instruction(0, code);
    switch (code) {
      case 0x04:  // if
        Take(1);
        return Begin();
      case 0x02:  // block
        return Begin();
      case 0x06:  // try
        return Begin() && MarkTry();
      case 0x03:
        return BeginLoop();
      case 0x05:  // else
        return Restart(frames_.back().parameters);
      case 0x07:  // catch
        return SkipNumbers(1) && Restart(declared_.most.parameters);
      case 0x19:  // catch_all
        return Restart(0);
      case 0x18:  // delegate
        return SkipNumbers(1) && End();
      case 0x0b:
        return End();
      case 0x0e:  // br_table
        Take(1);
        if (!in_.Varint32(&count)) return false;
        optimizer_.Targets(count);
        optimizer_.Edges(uint64_t{count} + 1, variables_ + height_);
        return SkipNumbers(uint64_t{count} + 1);
      case 0x10:
        return in_.Varint(&index) && Call(declared_.FunctionAt(index));
      case 0x11:  // call_indirect
        Take(1);
        return in_.Varint(&index) && SkipNumbers(1) && Call(declared_.TypeAt(index));
      case 0x14:  // call_ref
        Take(1);
        return in_.Varint(&index) && Call(declared_.TypeAt(index));
      case 0x12:  // return_call
      case 0x13:  // return_call_indirect
      case 0x15:  // return_call_ref
        function_.makes_tail_calls = true;
        return SkipNumbers(code == 0x13 ? 2 : 1);
      case 0x1c:  // select, with types
        Move(-2);
        // V8 looks at the number's last eight bits alone.
        return in_.Varint32(&count) && count == 1 && SkipType();
      case 0x1f:
        return ReadTryTable();
      case 0x0c:  // br, br_if
      case 0x0d:
        optimizer_.Edge(variables_ + height_);
        if (!in_.Varint(&index)) return false;
        optimizer_.Jump(index);
        if (code == 0x0d) Take(1);
        return true;
      case 0x21:  // local.set, local.tee
      case 0x22:
        ++variables_set_;
        return Apply(0, code);
      case 0x41:
      case 0x42:
        return ReadConstant();
      case 0xfb:
      case 0xfc:
      case 0xfd:
      case 0xfe:
        return ReadPrefixed(code);
      default:
        return Apply(0, code);
    }
  }

  bool ReadTryTable() {
    WasmArity arity;
    uint32_t count = 0;
    if (!ReadBlockType(&arity) || !in_.Varint32(&count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      uint8_t kind = 0;
      // catch and catch_ref name a tag, too.
      if (!in_.Byte(&kind) || !SkipNumbers(kind < 2 ? 2 : 1)) return false;
    }
    return Enter(arity) && MarkTry();
  }

  bool ReadPrefixed(uint8_t prefix) {
    uint64_t code = 0;
    if (!in_.Varint(&code)) return false;
    optimizer_.Instruction(prefix, code);
    if (prefix == 0xfb && code == 0x08 && !CountOperands()) return false;
    if (prefix == 0xfb && (code == 0x00 || code == 0x20))
      optimizer_.Operands(declared_.largest_struct);
    if (prefix == 0xfb && (code == 0x01 || code == 0x21)) ++function_.structures_made;
    return Apply(prefix, code);
  }

  // array.new_fixed: a type and how many values.
  bool CountOperands() {
    WireReader ahead = in_;
    uint64_t type = 0;
    uint64_t count = 0;
    if (!ahead.Varint(&type) || !ahead.Varint(&count)) return false;
    optimizer_.Operands(count);
    return true;
  }

  bool Apply(uint8_t prefix, uint64_t code) {
    const WasmInstruction* found = FindWasmInstruction(prefix, code);
    if (found == nullptr) return false;
    Move(found->effect);
    return SkipWasmImmediates(in_, found->immediates);
  }

  void AssumeTheWorst() {
    const uint64_t left = in_.remaining();
    optimizer_.Unread(left);
    const uint64_t values = std::min(variables_ + height_ + (left / kShortestPush), kCapped);
    const uint64_t blocks = left / kShortestBlock;
    function_.values_kept =
        std::min(function_.values_kept + CappedProduct(values, blocks), kCapped);
    function_.structures_made += blocks;
  }

  const size_t size_;
  WireReader in_;
  const WasmDeclarations& declared_;
  uint64_t variables_;
  uint64_t height_ = 0;
  // Instructions so far that set a variable, and blocks that are open and catch what calls throw.
  uint64_t variables_set_ = 0;
  uint64_t tries_ = 0;
  std::vector<Frame> frames_;
  WasmOptimizer optimizer_;
  WasmFunction function_;
};

}  // namespace

WasmFunction ReadWasmFunction(WasmSection body, WasmArity type, const WasmDeclarations& declared) {
  return Reading(body, type, declared).Read();
}

}  // namespace isolet
