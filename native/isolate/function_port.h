// How one side of a crossing names functions, makes functions of streams and streams of
// functions, and gives away memory: what the codec asks when it meets one. Everything else crosses
// by value.
//
// Thread: any, always that of its realm.
// Owner: RuntimeThread (the plugin's side) or HostRuntime (the host's side).
#pragma once

#include <v8.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "isolate/stream_ends.h"
#include "shared/failure.h"
#include "shared/wire_format.h"

namespace isolet {

struct FunctionName {
  WireTag tag = WireTag::kFunction;
  uint64_t id = 0;
};

// Why a function can't cross.
struct Refusal {
  FailureKind kind = FailureKind::kDataClone;
  std::string_view what;
};

class FunctionPort {
 public:
  virtual ~FunctionPort() = default;

  // Starts to read from `source`, an async iterable. False: an exception is pending, or it
  // can't be had.
  virtual bool OpenStream(v8::Local<v8::Object> source, StreamEnds* ends) = 0;
  // A stream of what the other side's functions give. Empty as above.
  virtual v8::MaybeLocal<v8::Value> WrapStream(const StreamEnds& ends) = 0;

  // Names `function` for the other side. False: it can't cross.
  virtual bool Export(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver,
                      FunctionName* name, Refusal* refusal) = 0;
  // Takes back what Export named with kFunction: it has not been sent.
  virtual void Withdraw(uint64_t id) = 0;
  // The function that the other side named; empty if there is none such.
  virtual v8::MaybeLocal<v8::Value> Import(FunctionName name) = 0;
  // The memory of `buffer`, which no buffer of this side has any more. Null: it is to be copied.
  virtual std::shared_ptr<v8::BackingStore> TakeMemory(v8::Local<v8::ArrayBuffer> buffer) = 0;
  // True once the call that is being encoded is to be given up: to be asked again and again.
  virtual bool ShouldStop() = 0;
  static constexpr uint32_t kStepsBetweenStopChecks = 256;
};

}  // namespace isolet
