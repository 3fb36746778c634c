// The host's promises of calls that are still under way in a runtime.
//
// They keep the event loop alive, and the runtime: whoever awaits an answer gets
// one, if only that the runtime has died.
//
// Thread: host.
// Owner: HostRuntime.
#pragma once

#include <v8.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "shared/message.h"

namespace isolet {

class HostRuntime;

class PendingPromises {
 public:
  explicit PendingPromises(HostRuntime& runtime) : runtime_(runtime) {}

  // `abort_id`: lib/'s own number for the call; 0: none.
  v8::MaybeLocal<v8::Promise> Add(uint64_t call, uint64_t abort_id);
  // The call of that abort id; 0: none is pending.
  uint64_t FindAbortable(uint64_t abort_id) const;
  // Settles the promise of a kSettled's call, if it is still pending.
  void Settle(Message& settled);
  void Reject(uint64_t call, Failure reason);
  void RejectAll(const Failure& reason);
  // For an environment that ends: nothing settles any more.
  void Forget();

 private:
  struct Pending {
    v8::Global<v8::Promise::Resolver> resolver;
    uint64_t abort_id;
    std::shared_ptr<HostRuntime> runtime;
  };

  bool IsThenable(v8::Local<v8::Value> value) const;

  HostRuntime& runtime_;
  std::unordered_map<uint64_t, Pending> promises_;
};

}  // namespace isolet
