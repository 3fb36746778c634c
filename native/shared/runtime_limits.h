// What one runtime may use. Checked before it gets here, by lib/options.ts.
//
// Thread: any (immutable once the runtime has started).
// Owner: RuntimeCore.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "shared/clock.h"

namespace isolet {

// Limits of one call, as durations; kNever: none.
struct CallLimits {
  Nanos wall = kNever;
  Nanos cpu = kNever;
};

struct RuntimeLimits {
  std::string name;
  // By the host, so that errors show the name.
  bool is_named = false;
  // Bytes of V8 heap and buffers together; 0: V8's default for the heap alone.
  size_t max_heap_size = 0;
  size_t initial_heap_size = 0;
  size_t stack_size = 0;
  CallLimits call;
  uint32_t max_serialization_depth = 64;
  size_t max_serialization_bytes = size_t{10} << 20;
  bool enable_timers = false;
  // Whether the host wants to hear of each error that nobody handles.
  bool reports_unhandled = false;
};

}  // namespace isolet
