// Charges the stacks of suspended WebAssembly code (JavaScript Promise Integration, Node 24
// and 26): each call of a function from WebAssembly.promising has one of its own.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <cstddef>
#include <vector>

namespace isolet {

class IntrinsicOverrides;
class MemoryCharges;

class WasmStacks {
 public:
  // A call whose result this is has a stack that was charged.
  void Add(v8::Isolate* isolate, v8::Local<v8::Promise> result);
  // Ends the charges of those that have come to their end. (Rejected: reactions of ours to
  // their promises, as then V8 takes a rejection for handled.)
  void ReleaseSettled(v8::Isolate* isolate, MemoryCharges& charges);

 private:
  std::vector<v8::Global<v8::Promise>> results_;
  // Not at every call: when there are twice as many as were left the last time.
  size_t look_at_ = 0;
};

void ChargeWasmStacks(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object);

}  // namespace isolet
