// Encodes JavaScript values for the other side: reads each property once, keeps
// identity and cycles, and refuses what can't cross, naming the path to it.
//
// Getters and proxy traps of the value run here.
//
// Why not v8::ValueSerializer: it refuses functions, drops an error's own
// properties, knows neither a depth limit nor the path to what it refuses, and
// a walk before it to add these would read accessors twice.
//
// Thread: any, always that of its realm, in a HandleScope and under a TryCatch.
// Owner: one encoding, on its stack.
#pragma once

#include <v8.h>

#include <span>
#include <string>

#include "isolate/buffer_writer.h"
#include "isolate/container_writer.h"
#include "isolate/function_port.h"
#include "isolate/key_collisions.h"
#include "isolate/object_index.h"
#include "isolate/pattern_cost.h"
#include "isolate/plain_writer.h"
#include "isolate/primitive_writer.h"
#include "isolate/realm.h"
#include "isolate/write_problem.h"
#include "shared/failure.h"
#include "shared/memory_budget.h"
#include "shared/runtime_limits.h"
#include "shared/wire_format.h"

namespace isolet {

class ValueWriter {
 public:
  ValueWriter(const Realm& realm, FunctionPort& port, Payload& payload, const RuntimeLimits& limits,
              ErrorStacks stacks);

  // Puts a text in the place of what can't cross, and of functions and proxies: nothing of the
  // value's is called but its accessors.
  void DescribeUncloneables() { describes_ = true; }

  // ArrayBuffers are moved, not copied, where they are written whole; of the last Write alone.
  // `budget`: what this side's are charged to; null: to nobody's.
  void MoveBuffers(MemoryBudget* budget) { buffers_.Move(port_, budget); }

  // `root` starts the path in a problem's description.
  bool Write(v8::Local<v8::Value> value, std::string_view root) {
    return Guard([&] {
      if (!primitives_.Write(value)) {
        if (WritePlain({&value, 1})) return true;
        if (!WriteTree(value, root)) return false;
      }
      return Conclude(root);
    });
  }
  // `arguments[i]` for each i below `count`, after the count.
  template <class Arguments>
  bool WriteArguments(const Arguments& arguments, int count) {
    return Guard([&] {
      out_.Varint(static_cast<uint32_t>(count));
      if (WritePlainArguments(arguments, count)) return true;
      for (int i = 0; i < count; ++i) {
        v8::Local<v8::Value> value = arguments[i];
        if (primitives_.Write(value)) continue;
        if (!WriteTree(value, "arguments[" + std::to_string(i) + "]")) return false;
      }
      return Conclude("arguments");
    });
  }
  void WriteCount(uint32_t count) { out_.Varint(count); }

  WriteProblem problem() const { return problem_; }
  // The problem as a failure, for all but kThrown and kStopped.
  Failure TakeFailure();

 private:
  // Memory that the system refuses is a value too large, not the host's end.
  template <class Body>
  bool Guard(Body body) {
    bool written;
    try {
      written = body();
    } catch (const std::bad_alloc&) {
      written = Fail(WriteProblem::kTooLarge);
    }
    if (!written) WithdrawFunctions();
    return written;
  }
  // Where all is plain data. False: nothing is written.
  bool WritePlain(std::span<const v8::Local<v8::Value>> values);
  template <class Arguments>
  bool WritePlainArguments(const Arguments& arguments, int count) {
    if (!kWritesPlain || count > kMostPlainArguments) return false;
    v8::Local<v8::Value> values[kMostPlainArguments];
    bool has_object = false;
    for (int i = 0; i < count; ++i) {
      values[i] = arguments[i];
      has_object |= values[i]->IsObject();
    }
    return has_object && WritePlain({values, static_cast<size_t>(count)});
  }
  bool WriteTree(v8::Local<v8::Value> value, std::string_view root);
  bool Conclude(std::string_view root);
  // One step of the innermost container.
  bool Advance();

  bool WriteObject(v8::Local<v8::Value> value, v8::Local<v8::Value> receiver);
  // A text for what is not to cross as it is; empty: it is.
  v8::Local<v8::String> Description(v8::Local<v8::Value> value) const;
  bool WriteProxy(v8::Local<v8::Object> proxy);
  bool WriteStream(v8::Local<v8::Object> source);
  bool WriteFunction(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver);
  void WithdrawFunctions();
  bool WriteReference(int64_t number);
  bool WriteRegExp(v8::Local<v8::RegExp> regexp);
  bool WriteEntries(v8::Local<v8::Object> object, v8::Local<v8::Array> entries, ContainerKind kind);

  // `what`: of a value that can't cross; null: none.
  bool TakeRefusal(const char* what);
  bool Refuse(std::string_view what);
  bool Fail(WriteProblem problem) {
    problem_ = problem;
    return false;
  }
  bool Check(WriteProblem problem) { return problem == WriteProblem::kNone || Fail(problem); }

  static constexpr int kMostPlainArguments = 8;

  const Realm& realm_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  FunctionPort& port_;
  WireWriter out_;
  SizeMeter meter_;
  ObjectIndex objects_;
  PrimitiveWriter primitives_;
  BufferWriter buffers_;
  ContainerWriter containers_;
  const RuntimeLimits& limits_;

  KeyCollisions collisions_;
  PatternCost patterns_;
  uint32_t steps_ = 0;
  bool describes_ = false;

  WriteProblem problem_ = WriteProblem::kNone;
  FailureKind refusal_ = FailureKind::kDataClone;
  std::string what_;
  std::string path_;
};

}  // namespace isolet
