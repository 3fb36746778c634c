// Encodes JavaScript values for the other side: reads each property once, keeps
// identity and cycles, and refuses what can't cross, naming the path to it.
//
// Walks with a stack of its own, not the machine's: a deep value is a depth
// error, never an overflow. Getters and proxy traps of the value run here.
//
// Why not v8::ValueSerializer: it refuses functions, drops an error's own
// properties, knows neither a depth limit nor the path to what it refuses, and
// a walk before it to add these would read accessors twice.
//
// Thread: any, always that of its realm, in a HandleScope and under a TryCatch.
// Owner: one encoding, on its stack.
#pragma once

#include <v8.h>

#include <string>
#include <vector>

#include "isolate/buffer_writer.h"
#include "isolate/function_port.h"
#include "isolate/object_index.h"
#include "isolate/primitive_writer.h"
#include "isolate/realm.h"
#include "shared/failure.h"
#include "shared/runtime_limits.h"
#include "shared/wire_format.h"

namespace isolet {

// An error's stack names files of the side it comes from.
enum class ErrorStacks : uint8_t { kKeep, kStrip };

enum class WriteProblem : uint8_t {
  kNone,
  kThrown,  // an exception is pending
  kUncloneable,
  kTooDeep,
  kTooLarge,
  kStopped,
};

class ValueWriter {
 public:
  ValueWriter(const Realm& realm, FunctionPort& port, Payload& payload, const RuntimeLimits& limits,
              ErrorStacks stacks);

  // `root` starts the path in a problem's description.
  bool Write(v8::Local<v8::Value> value, std::string_view root) {
    return Guard([&] { return primitives_.Write(value) || WriteTree(value, root); });
  }
  // `arguments[i]` for each i below `count`, after the count.
  template <class Arguments>
  bool WriteArguments(const Arguments& arguments, int count) {
    return Guard([&] {
      out_.Varint(static_cast<uint32_t>(count));
      for (int i = 0; i < count; ++i) {
        v8::Local<v8::Value> value = arguments[i];
        if (primitives_.Write(value)) continue;
        if (!WriteTree(value, "arguments[" + std::to_string(i) + "]")) return false;
      }
      return true;
    });
  }
  void WriteCount(uint32_t count) { out_.Varint(count); }

  WriteProblem problem() const { return problem_; }
  // The problem as a failure, for all but kThrown and kStopped.
  Failure TakeFailure();

 private:
  enum class FrameKind : uint8_t { kObject, kError, kArray, kSparseArray, kMap, kSet };
  struct Frame {
    FrameKind kind;
    v8::Local<v8::Object> object;
    v8::Local<v8::Array> items;  // keys, or entries of a Map or Set
    uint32_t index = 0;
    uint32_t count = 0;
    uint32_t visible = 0;  // kError: items before this index are enumerable
    size_t tag_offset = 0;
    bool only_primitives = true;
  };

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
  bool WriteTree(v8::Local<v8::Value> value, std::string_view root);
  // One step of the innermost frame; closes it at its end.
  bool Advance();
  bool NextValue(Frame& frame, v8::Local<v8::Value>* value);

  bool WriteObject(v8::Local<v8::Value> value, v8::Local<v8::Value> receiver);
  bool WriteFunction(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver);
  void WithdrawFunctions();
  bool WriteReference(int64_t number);
  bool WriteRegExp(v8::Local<v8::RegExp> regexp);
  bool OpenObject(v8::Local<v8::Object> object);
  bool OpenArray(v8::Local<v8::Array> array);
  bool OpenDenseArray(v8::Local<v8::Object> object, uint32_t length);
  bool OpenError(v8::Local<v8::Object> object);
  bool OpenEntries(v8::Local<v8::Object> object, v8::Local<v8::Array> entries, FrameKind kind);
  bool Push(Frame frame);

  // `what`: of a value that can't cross; null: none.
  bool TakeRefusal(const char* what);
  bool Refuse(std::string_view what);
  bool Fail(WriteProblem problem) {
    problem_ = problem;
    return false;
  }
  std::string Path() const;

  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  FunctionPort& port_;
  WireWriter out_;
  SizeMeter meter_;
  ObjectIndex objects_;
  PrimitiveWriter primitives_;
  BufferWriter buffers_;
  const RuntimeLimits& limits_;
  const ErrorStacks stacks_;

  std::string root_;
  std::vector<Frame> frames_;
  uint32_t steps_ = 0;
  // Functions named for the other side, for the case that nothing is sent.
  std::vector<uint64_t> exported_;

  WriteProblem problem_ = WriteProblem::kNone;
  FailureKind refusal_ = FailureKind::kDataClone;
  std::string what_;
  std::string path_;
  double seen_ = 0;
};

}  // namespace isolet
