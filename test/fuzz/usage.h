// What a piece of work takes: bytes by which V8's heap grows, bytes asked of
// malloc whether freed again or not, and CPU time.
//
// Thread: host.
// Owner: whoever measures, on its stack.
#pragma once

#include <v8.h>

#include <cstddef>

#include "shared/clock.h"
#include "shared/thread.h"

namespace isolet {

class Usage {
 public:
  // Starts measuring.
  explicit Usage(v8::Isolate* isolate);

  // Stops. The heap may be smaller than at first, where garbage has been collected.
  void Stop();

  size_t bytes() const { return bytes_; }
  Nanos cpu() const { return cpu_; }

 private:
  size_t HeapInUse() const;

  v8::Isolate* const isolate_;
  const size_t heap_before_;
  const size_t malloc_before_;
  const ThreadClock clock_;
  const Nanos cpu_before_;
  size_t bytes_ = 0;
  Nanos cpu_ = 0;
};

}  // namespace isolet
