// Calls the host's event loop when a runtime has something to say and the
// host is not waiting for it.
//
// Thread: any. Calls after the host's environment has gone are no-ops.
// Owner: shared by the environment and its channels.
#pragma once

#include <cstdint>

namespace isolet {

class HostWaker {
 public:
  virtual ~HostWaker() = default;
  // `runtime`: the host's id for the runtime whose channel has messages.
  virtual void WakeHost(uint64_t runtime) = 0;
};

}  // namespace isolet
