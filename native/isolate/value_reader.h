// Decodes what a ValueWriter of the other side wrote, into fresh objects of this
// side's realm. Runs no code of either side: objects get own data properties,
// never setters or prototypes of their names.
//
// The bytes are untrusted: whatever they hold, the reader stays inside them and
// ends.
//
// Thread: any, always that of its realm, in a HandleScope and under a TryCatch.
// Owner: one decoding, on its stack.
#pragma once

#include <v8.h>

#include <memory>
#include <vector>

#include "isolate/function_port.h"
#include "isolate/primitive_reader.h"
#include "isolate/realm.h"
#include "shared/memory_budget.h"
#include "shared/wire_format.h"

namespace isolet {

// Whether plain objects, arrays and functions are frozen once they are complete.
enum class Freezing : uint8_t { kNone, kDeep };

class ValueReader {
 public:
  // Attached buffers are charged to `budget`; null: to nobody.
  ValueReader(const Realm& realm, FunctionPort& port, Payload& payload,
              std::shared_ptr<MemoryBudget> budget);

  void Freeze(Freezing freezing) { freezing_ = freezing; }

  // Empty with an exception pending where V8 refused to make something (a
  // buffer over the budget), empty without one where the bytes make no sense.
  v8::MaybeLocal<v8::Value> Read();
  bool ReadCount(uint32_t* count) { return in_.Varint32(count); }
  v8::MaybeLocal<v8::String> ReadString();

 private:
  enum class FrameKind : uint8_t { kObject, kError, kArray, kSparseArray, kMap, kSet };
  struct Frame {
    FrameKind kind;
    v8::Local<v8::Object> object;
    v8::Local<v8::Value> key;
    uint32_t index = 0;
    uint32_t count = 0;
    bool hidden = false;
  };
  enum class Step : uint8_t { kValue, kOpened, kFailed };

  // Reads one value whole, or opens a frame for it.
  Step ReadNext(v8::Local<v8::Value>* value);
  Step ReadArray(WireTag tag, v8::Local<v8::Value>* value);
  Step ReadPrimitiveArray(v8::Local<v8::Value>* value);
  Step ReadError();
  Step ReadRegExp(v8::Local<v8::Value>* value);
  Step ReadBoxed(v8::Local<v8::Value>* value);
  Step ReadBuffer(WireTag tag, v8::Local<v8::Value>* value);
  Step Adopt(Attachment* attachment, v8::Local<v8::Value>* value);
  Step ReadView(v8::Local<v8::Value>* value);
  Step ReadFunction(WireTag tag, v8::Local<v8::Value>* value);
  Step Open(FrameKind kind, v8::Local<v8::Object> object, uint32_t count);
  // Brings the innermost frame to its next value's place: true with `closed` set
  // if it has ended.
  bool PrepareFrame(bool* closed);
  bool Place(v8::Local<v8::Value> value);
  bool Define(v8::Local<v8::Object> object, v8::Local<v8::Value> key, v8::Local<v8::Value> value);
  Step Number(v8::Local<v8::Object> object, v8::Local<v8::Value>* value);

  const Realm& realm_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  FunctionPort& port_;
  Payload& payload_;
  WireReader in_;
  PrimitiveReader primitives_;
  const std::shared_ptr<MemoryBudget> budget_;
  Freezing freezing_ = Freezing::kNone;
  std::vector<Frame> frames_;
  std::vector<v8::Local<v8::Object>> objects_;
};

}  // namespace isolet
