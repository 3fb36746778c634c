#include "isolate/heap_guard.h"

#include <chrono>
#include <thread>

#include "isolate/runtime_thread.h"

namespace isolet {
namespace {

// How far a dying runtime may go past its limit until it reaches a place where
// it can be terminated. Half of it was not enough for growth inside builtins.
constexpr size_t kHeadroom = size_t{64} << 20;

constexpr int kMostRaises = 4;

v8::HeapStatistics StatisticsOf(v8::Isolate* isolate) {
  v8::HeapStatistics statistics;
  isolate->GetHeapStatistics(&statistics);
  return statistics;
}

}  // namespace

HeapGuard::HeapGuard(v8::Isolate* isolate, RuntimeCore& core, BufferAllocator& allocator)
    : isolate_(isolate), core_(core), allocator_(allocator), limit_(core.limits.max_heap_size) {
  if (limit_ != 0) LowerLimit();
  if (limit_ == 0) limit_ = StatisticsOf(isolate).heap_size_limit();
  isolate->AddNearHeapLimitCallback(NearHeapLimit, this);
  isolate->AddGCEpilogueCallback(AfterCollection, this, v8::kGCTypeMarkSweepCompact);
  isolate->SetOOMErrorHandler(FatalOutOfMemory);
  allocator.OnRefused(BufferRefused, this);
}

HeapGuard::~HeapGuard() {
  allocator_.OnRefused(nullptr, nullptr);
  isolate_->RemoveGCEpilogueCallback(AfterCollection, this);
  isolate_->RemoveNearHeapLimitCallback(NearHeapLimit, 0);
}

// Flags such as --max-old-space-size, also from NODE_OPTIONS, override the
// ResourceConstraints (Heap::ConfigureHeap), and one way of creating isolates
// takes none. Removing a callback is the one public way to set the limit later.
void HeapGuard::LowerLimit() {
  if (StatisticsOf(isolate_).heap_size_limit() <= limit_) return;
  auto unchanged = [](void*, size_t current, size_t) { return current; };
  isolate_->AddNearHeapLimitCallback(unchanged, nullptr);
  isolate_->RemoveNearHeapLimitCallback(unchanged, limit_);
}

size_t HeapGuard::Used() const {
  return StatisticsOf(isolate_).used_heap_size() + core_.budget->buffers();
}

void HeapGuard::DieOfMemory(size_t used) {
  Failure failure;
  failure.kind = FailureKind::kHeapLimit;
  failure.limit = static_cast<double>(limit_);
  failure.seen = static_cast<double>(used);
  core_.Die(std::move(failure));
}

size_t HeapGuard::NearHeapLimit(void* data, size_t current, size_t) {
  auto* self = static_cast<HeapGuard*>(data);
  self->DieOfMemory(self->Used());
  // Code that never comes to a place where it can be terminated (on Node 24 a
  // loop of `new Array(1000).fill(1)` is such) must not take the machine: V8's
  // fatal handler is next.
  return self->raises_++ < kMostRaises ? current + kHeadroom : current;
}

void HeapGuard::AfterCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* self = static_cast<HeapGuard*>(data);
  self->PublishFigures();
  self->core_.budget->SetHeap(self->core_.figures.heap_used.Get());
  if (self->core_.budget->Exhausted()) self->DieOfMemory(self->core_.budget->total());
}

// Whether the refusal was for good is known when V8 has collected and asked
// again, that is, as soon as JavaScript runs on. A single request that could
// never fit stays the RangeError that V8 throws.
void HeapGuard::BufferRefused(void* data) {
  auto* self = static_cast<HeapGuard*>(data);
  if (self->refusal_pending_) return;
  self->refusal_pending_ = true;
  self->core_.terminator.Interrupt(
      [](v8::Isolate*, void* guard) { static_cast<HeapGuard*>(guard)->SettleRefusal(); }, self);
}

void HeapGuard::SettleRefusal() {
  if (!refusal_pending_) return;
  refusal_pending_ = false;
  // Less than half of the limit in use means that the request was large, not the
  // runtime full.
  size_t used = core_.budget->total();
  if (allocator_.LastRefused() && used > limit_ / 2) DieOfMemory(used);
}

void HeapGuard::FatalOutOfMemory(const char*, const v8::OOMDetails&) {
  RuntimeThread* thread = RuntimeThread::Current();
  // A foreign thread of V8's, or one that is no runtime's: nothing can be saved
  // from here; V8 aborts when this returns.
  if (thread == nullptr) return;
  thread->ParkForever();
}

void HeapGuard::PublishFigures() {
  v8::HeapStatistics statistics = StatisticsOf(isolate_);
  core_.figures.heap_total.Set(statistics.total_heap_size());
  core_.figures.heap_used.Set(statistics.used_heap_size());
  core_.figures.physical_total.Set(statistics.total_physical_size());
  core_.figures.external_memory.Set(core_.budget->buffers());
}

}  // namespace isolet
