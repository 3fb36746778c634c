// What V8's optimizing compiler holds while it works on a function of WebAssembly, estimated by its
// instructions. It works in the background, to its end, also when the runtime is gone.
//
// Made of what attacks have found, measured on Node 20, 24 and 26 by compiling thousands of one
// kind: 2,000 times `if (x) x++`, 24 KB, took 444 MB. People's code is not far below the estimate,
// and some above it (a scanner of tree-sitter's takes 400 MB for 100 KB), so it is no exact bound.
//
// Thread: any.
// Owner: a reader of one function.
#pragma once

#include <cstdint>
#include <vector>

namespace isolet {

class WasmOptimizer {
 public:
  // One after another, each before what follows its code is known.
  void Instruction(uint8_t prefix, uint64_t code);
  // What the last one was, where that says more: a constant that is not zero; a call; an
  // instruction that takes so many values together; a jump by a table.
  void NonZero() { value_ = Value::kNonZero; }
  void Call(uint64_t parameters, uint64_t results);
  void Operands(uint64_t count);
  void Targets(uint64_t count);
  // Control comes to another place, with so many variables and values.
  void Edge(uint64_t values) { Edges(1, values); }
  void Edges(uint64_t count, uint64_t values);
  // A jump out of so many blocks.
  void Jump(uint64_t blocks);
  // A loop has ended in which so many variables were set.
  void EndLoop(uint64_t variables);
  // A block has ended with values: what was in one place is another by where control comes from.
  void Values() { may_differ_ = true; }
  // Bytes of code that can't be read.
  void Unread(uint64_t size);

  uint64_t bytes() const { return bytes_; }

 private:
  // What is on top of the stack.
  enum class Value : uint8_t {
    kAny,  // perhaps a variable's value, or something as true as that: unless it is known better
    kOwn,  // what no variable had before: of memory, of a call, of a comparison
    kNonZero,
  };

  void Add(uint64_t bytes);
  void Branch();
  // `arriving`: with how long a chain control comes to its end.
  void Begin(uint64_t arriving) { arriving_.push_back(arriving); }
  void End();
  void Operate(uint8_t prefix, uint64_t code);

  uint64_t bytes_ = 0;
  Value value_ = Value::kAny;
  // Operations since control came together last.
  uint64_t operations_ = 0;
  // Branches in a row, each soon after the last, by what may be the value of one variable.
  uint64_t chained_ = 0;
  // The longest of those with which control jumps to the end of each block that is open.
  std::vector<uint64_t> arriving_;
  // Since the last one that was counted, a variable may have become another on one way alone.
  bool may_differ_ = false;
};

}  // namespace isolet
