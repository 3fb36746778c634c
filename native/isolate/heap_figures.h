// The figures that only the runtime's thread can read: what V8 holds for it.
//
// Thread: runtime, except for Ask.
// Owner: none; what is asked for stands in RuntimeCore.
#pragma once

#include <v8.h>

#include <cstdint>

#include "isolate/runtime_core.h"

namespace isolet {

class HeapFigures {
 public:
  static v8::HeapStatistics Of(v8::Isolate* isolate);

  // Bytes, with what some objects have outside the heap: those that have a global handle which is
  // none of `ours`.
  static size_t UsedWithNative(v8::HeapStatistics statistics, size_t ours);

  static void Publish(v8::Isolate* isolate, RuntimeCore& core);
  // Publishes, and replies to the command `id`.
  static void Answer(v8::Isolate* isolate, RuntimeCore& core, uint64_t id);
  // Has the command `id` answered by code that runs, between two of its steps. A runtime
  // that runs none would keep what is asked of it. Thread: host.
  static void Ask(RuntimeCore& core, uint64_t id);
};

}  // namespace isolet
