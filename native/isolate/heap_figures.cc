#include "isolate/heap_figures.h"

#include <algorithm>
#include <utility>

#include "shared/message.h"

namespace isolet {
namespace {

// An object of Temporal, which came with V8 14, takes 270 bytes that are neither in the heap nor in
// what V8 calls external memory, 32 of them the global handle by which V8 has it.
constexpr size_t kHandle = 32;
constexpr size_t kNativePerHandle = V8_MAJOR_VERSION >= 14 ? 256 : 0;

}  // namespace

size_t HeapFigures::UsedWithNative(v8::HeapStatistics statistics, size_t ours) {
  const size_t handles = statistics.used_global_handles_size() / kHandle;
  return statistics.used_heap_size() + ((handles - std::min(handles, ours)) * kNativePerHandle);
}

v8::HeapStatistics HeapFigures::Of(v8::Isolate* isolate) {
  v8::HeapStatistics statistics;
  isolate->GetHeapStatistics(&statistics);
  return statistics;
}

void HeapFigures::Publish(v8::Isolate* isolate, RuntimeCore& core) {
  v8::HeapStatistics statistics = Of(isolate);
  core.figures.heap_total.Set(statistics.total_heap_size());
  core.figures.heap_used.Set(statistics.used_heap_size());
  core.figures.physical_total.Set(statistics.total_physical_size());
  core.figures.external_memory.Set(core.budget->buffers());
}

void HeapFigures::Answer(v8::Isolate* isolate, RuntimeCore& core, uint64_t id) {
  Publish(isolate, core);
  Message reply;
  reply.kind = MessageKind::kReply;
  reply.id = id;
  core.channel.PostToHost(std::move(reply));
}

void HeapFigures::Ask(RuntimeCore& core, uint64_t id) {
  if (core.figures_asked_for.exchange(id) != 0) return;
  core.terminator.Interrupt(
      [](v8::Isolate* isolate, void* data) {
        auto& asked = *static_cast<RuntimeCore*>(data);
        Answer(isolate, asked, asked.figures_asked_for.exchange(0));
      },
      &core);
}

}  // namespace isolet
