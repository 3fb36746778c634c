// The host's promises of calls that are still under way in a runtime.
//
// They keep the event loop alive, and the runtime: whoever awaits an answer gets
// one, if only that the runtime has died.
//
// A call's deadline is watched here as well, on the wall clock: the runtime can
// answer neither for a call in its queue nor for one that waits, while it computes
// for another.
//
// Thread: host.
// Owner: HostRuntime.
#pragma once

#include <v8.h>

#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shared/message.h"

namespace isolet {

class HostRuntime;

class PendingPromises {
 public:
  explicit PendingPromises(HostRuntime& runtime) : runtime_(runtime) {}

  // `abort_id`: lib/'s own number for the call; 0: none. `issued` and `wall`: its
  // deadline; kNever for `wall`: none.
  v8::MaybeLocal<v8::Promise> Add(uint64_t call, uint64_t abort_id, Nanos issued, Nanos wall);
  // Rejects the call of that abort id, if it is pending, and sees to it that its
  // code comes to an end.
  void Abort(uint64_t abort_id);
  // Rejects what is overdue; returns when to look again.
  Nanos Expire(Nanos now);
  // Settles the promise of a kSettled's call, if it is still pending.
  void Settle(Message& settled);
  void Reject(uint64_t call, Failure reason);
  void RejectAll(const Failure& reason);
  size_t size() const { return promises_.size(); }
  // For an environment that ends: nothing settles any more.
  void Forget();

 private:
  struct Pending {
    v8::Global<v8::Promise::Resolver> resolver;
    uint64_t abort_id;
    std::shared_ptr<HostRuntime> runtime;
    Nanos issued;
    Nanos wall;
  };
  // An aborted call whose code may still run.
  struct Stopping {
    uint64_t call;
    Nanos since;
    Nanos cpu_since;
  };

  bool IsThenable(v8::Local<v8::Value> value) const;
  Pending Take(std::unordered_map<uint64_t, Pending>::iterator found);
  Nanos GiveUpStuck(Nanos now);

  HostRuntime& runtime_;
  std::unordered_map<uint64_t, Pending> promises_;
  // Calls by the ids that they are aborted by.
  std::unordered_map<uint64_t, uint64_t> abortable_;
  std::set<std::pair<Nanos, uint64_t>> deadlines_;
  std::vector<Stopping> stopping_;
};

}  // namespace isolet
