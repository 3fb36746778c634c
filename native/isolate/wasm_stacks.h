// Charges the stacks of suspended WebAssembly code (JavaScript Promise Integration, Node 24
// and 26): each call of a function from WebAssembly.promising has one of its own.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

namespace isolet {

class ExternalReferences;
class IntrinsicOverrides;
class MemoryCharges;

class WasmStacks {
 public:
  WasmStacks(v8::Isolate* isolate, MemoryCharges& charges);
  ~WasmStacks();
  WasmStacks(const WasmStacks&) = delete;
  WasmStacks& operator=(const WasmStacks&) = delete;

  // Charges a stack. False: refused.
  bool Claim();
  // It was not needed.
  void Refund();
  // It is that of the call whose result this is.
  void Add(v8::Local<v8::Promise> result);

 private:
  struct Stack {
    v8::Global<v8::Promise> result;
    uint64_t charge;
  };

  // Ends the charges of those that have come to their end: before one is refused, and at
  // each collection, which comes before any refusal. (Rejected: reactions of ours to their
  // promises, as then V8 takes a rejection for handled.)
  void ReleaseSettled();
  static void AfterCollection(v8::Isolate* isolate, v8::GCType, v8::GCCallbackFlags, void* data);

  v8::Isolate* const isolate_;
  MemoryCharges& charges_;
  std::vector<Stack> stacks_;
};

void ChargeWasmStacks(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object);
// For snapshots.
void ListWasmStacks(ExternalReferences& references);

}  // namespace isolet
