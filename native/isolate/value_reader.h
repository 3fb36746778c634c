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

#include "isolate/buffer_reader.h"
#include "isolate/container_reader.h"
#include "isolate/function_port.h"
#include "isolate/object_table.h"
#include "isolate/primitive_reader.h"
#include "isolate/realm.h"
#include "shared/memory_budget.h"
#include "shared/wire_format.h"

namespace isolet {

class ValueReader {
 public:
  // Attached buffers are charged to `budget`; null: to nobody.
  ValueReader(const Realm& realm, FunctionPort& port, Payload& payload,
              std::shared_ptr<MemoryBudget> budget);

  // The payload is read once more after this: what is attached to it stays there.
  void ReadAgain() { buffers_.ReadAgain(); }
  void Freeze(Freezing freezing) { containers_.Freeze(freezing); }

  // Empty with an exception pending where V8 refused to make something (a
  // buffer over the budget), empty without one where the bytes make no sense.
  v8::MaybeLocal<v8::Value> Read();
  // Of values that follow: each takes a byte at least.
  bool ReadCount(uint32_t* count) { return in_.Varint32(count) && *count <= in_.remaining(); }
  v8::MaybeLocal<v8::String> ReadString();

 private:
  enum class Step : uint8_t { kValue, kOpened, kFailed };

  // Reads one value whole, or opens a container for it.
  Step ReadNext(v8::Local<v8::Value>* value);
  Step Give(v8::Local<v8::Object> object, v8::Local<v8::Value>* value);
  v8::Local<v8::Object> ReadReference();
  v8::Local<v8::Object> ReadDate();
  v8::Local<v8::Object> ReadRegExp();
  v8::Local<v8::Object> ReadBoxed();
  v8::Local<v8::Object> ReadFunction(WireTag tag);
  v8::Local<v8::Object> ReadStream();
  // A function of the sender's; empty where there is none such.
  v8::MaybeLocal<v8::Value> ImportFunction(WireTag tag);

  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  FunctionPort& port_;
  Payload& payload_;
  WireReader in_;
  ObjectTable objects_;
  PrimitiveReader primitives_;
  BufferReader buffers_;
  ContainerReader containers_;
};

}  // namespace isolet
