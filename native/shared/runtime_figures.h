// Figures of one runtime, readable while it runs code.
//
// Thread: any may read; only the runtime's thread writes.
// Owner: RuntimeCore.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace isolet {

enum class ExecutionKind : uint8_t {
  kNone,
  kEvalSync,
  kEvalAsync,
  kCallSync,
  kCallAsync,
  kModuleSync,
  kModuleAsync,
};

// A counter with one writer: no read-modify-write is needed, and a reader sees
// some recent value.
class Figure {
 public:
  uint64_t Get() const { return value_.load(std::memory_order_relaxed); }
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(uint64_t amount) { Set(Get() + amount); }

 private:
  std::atomic<uint64_t> value_{0};
};

struct RuntimeFigures {
  Figure heap_total;
  Figure heap_used;
  Figure external_memory;
  Figure physical_total;
  Figure total_execution_nanos;
  Figure last_execution_nanos;
  Figure last_execution_kind;
  // By ExecutionKind; slot 0 stays unused.
  Figure executions[7];
  Figure host_calls;
  Figure open_handles;
  Figure active_timers;
  Figure active_intervals;
  Figure unhandled_rejections;

  void CountExecution(ExecutionKind kind, uint64_t nanos) {
    total_execution_nanos.Add(nanos);
    last_execution_nanos.Set(nanos);
    last_execution_kind.Set(static_cast<uint64_t>(kind));
    executions[static_cast<size_t>(kind)].Add(1);
  }
};

}  // namespace isolet
