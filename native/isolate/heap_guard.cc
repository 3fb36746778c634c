#include "isolate/heap_guard.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "isolate/fatal_errors.h"
#include "isolate/heap_figures.h"
#include "isolate/runtime_thread.h"

namespace isolet {
namespace {

// How far a dying runtime may go past its limit until it reaches a place where
// it can be terminated. Half of it was not enough for growth inside builtins.
constexpr size_t kHeadroom = size_t{64} << 20;

// What a compiler that is at work may add while it has much in zones.
constexpr size_t kCompilerHeadroom = 8 * kHeadroom;
constexpr size_t kMuchInZones = size_t{8} << 20;

// Shorter calls can't have made much: filling 32 MiB takes longer.
constexpr Nanos kWorthALook = 5 * kMillisecond;

// Enough for any collection that disposing of an isolate may bring.
constexpr size_t kUnlimited = size_t{1} << 36;

// Where V8 (11 to 14) gives up on the isolate's own thread with no other thread at
// work on its heap: at the end of a collection, or before or after one.
constexpr std::array<std::string_view, 5> kSafeToLeave = {
    "Reached heap limit", "Ineffective mark-compacts near heap limit", "CALL_AND_RETRY_LAST",
    "invalid array length", "invalid table size"};

bool IsSafeToLeave(const char* location) {
  const std::string_view where = location != nullptr ? location : "";
  // What is added in front says which heap it was.
  return std::ranges::any_of(kSafeToLeave,
                             [&](std::string_view safe) { return where.ends_with(safe); });
}

}  // namespace

HeapGuard::HeapGuard(v8::Isolate* isolate, RuntimeCore& core, BufferAllocator& allocator)
    : isolate_(isolate), core_(core), allocator_(allocator), limit_(core.limits.max_heap_size) {
  if (limit_ != 0) LowerLimit();
  if (limit_ == 0) limit_ = HeapFigures::Of(isolate).heap_size_limit();
  isolate->AddNearHeapLimitCallback(NearHeapLimit, this);
  isolate->AddGCEpilogueCallback(AfterCollection, this, v8::kGCTypeMarkSweepCompact);
  isolate->SetOOMErrorHandler(FatalOutOfMemory);
  SurviveFatalErrors(isolate);
  allocator.OnRefused(BufferRefused, this);
}

HeapGuard::~HeapGuard() { allocator_.OnRefused(nullptr, nullptr); }

// Flags such as --max-old-space-size, also from NODE_OPTIONS, override the
// ResourceConstraints (Heap::ConfigureHeap), and one way of creating isolates
// takes none. Removing a callback is the one public way to set the limit later.
void HeapGuard::LowerLimit() {
  if (HeapFigures::Of(isolate_).heap_size_limit() <= limit_) return;
  auto unchanged = [](void*, size_t current, size_t) { return current; };
  isolate_->AddNearHeapLimitCallback(unchanged, nullptr);
  isolate_->RemoveNearHeapLimitCallback(unchanged, limit_);
}

size_t HeapGuard::HeapUsed() const {
  return HeapFigures::UsedWithNative(HeapFigures::Of(isolate_),
                                     RuntimeThread::Of(isolate_).OwnHandles());
}

size_t HeapGuard::Used() const { return HeapUsed() + core_.budget->buffers(); }

void HeapGuard::DieOfMemory(size_t used) {
  Failure failure;
  failure.kind = FailureKind::kHeapLimit;
  failure.limit = static_cast<double>(limit_);
  failure.seen = static_cast<double>(used);
  core_.Die(std::move(failure));
}

size_t HeapGuard::NearHeapLimit(void* data, size_t current, size_t) {
  auto* self = static_cast<HeapGuard*>(data);
  if (self->letting_go_) return kUnlimited;
  v8::HeapStatistics statistics = HeapFigures::Of(self->isolate_);
  const size_t heap = statistics.used_heap_size();
  // V8 14 asks also when the allocator refused a buffer, after it has collected: the
  // heap itself may be nearly empty then, and the refusal is judged by itself.
  if (heap < self->limit_ / 2) return current;
  self->DieOfMemory(heap + self->core_.budget->buffers());
  // No further: code that never comes to a place where it can be terminated (on Node
  // 24 a loop of `new Array(1000).fill(1)` is such) must not take the machine. V8's
  // fatal handler is next. It leaves, and what the compiler or the parser has in zones
  // would be lost then, up to 1.3 GB; so they may come to their end.
  const size_t zones = statistics.malloced_memory();
  const size_t most = zones < kMuchInZones ? kHeadroom : kCompilerHeadroom;
  if (self->raised_ >= most) return current;
  self->raised_ += kHeadroom;
  return current + kHeadroom;
}

void HeapGuard::AfterCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* self = static_cast<HeapGuard*>(data);
  HeapFigures::Publish(self->isolate_, self->core_);
  self->core_.budget->SetHeap(self->HeapUsed());
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
  if (allocator_.LastRefused()) JudgeRefusal();
}

void HeapGuard::JudgeRefusal() {
  // Less than half of the limit in use means that the request was large, not the
  // runtime full.
  size_t used = core_.budget->total();
  if (used > limit_ / 2) DieOfMemory(used);
}

void HeapGuard::JudgeCall(Nanos started) {
  if (core_.budget->limit() == 0 || NowNanos() - started < kWorthALook) return;
  if (core_.dying() || Used() <= limit_) return;
  // It may be garbage; the collection's end brings the judgement.
  isolate_->LowMemoryNotification();
}

void HeapGuard::FatalOutOfMemory(const char* location, const v8::OOMDetails&) {
  RuntimeThread* thread = RuntimeThread::Current();
  if (thread == nullptr) RuntimeThread::ParkHelper();
  HeapGuard& guard = thread->heap_guard();
  guard.DieOfMemory(guard.Used());
  if (IsSafeToLeave(location)) guard.LeaveOrPark(*thread);
  thread->Park();
}

void HeapGuard::InvalidSize() {
  RuntimeThread* thread = RuntimeThread::Current();
  if (thread == nullptr) return;
  HeapGuard& guard = thread->heap_guard();
  guard.DieOfMemory(guard.Used());
  guard.LeaveOrPark(*thread);
}

void HeapGuard::FailedAssumption() {
  RuntimeThread* thread = RuntimeThread::Current();
  if (thread == nullptr) return;
  thread->core().Die(TerminatedFailure("V8 met something that it takes to be impossible"));
  thread->heap_guard().LeaveOrPark(*thread);
}

// While the isolate is being disposed of there is nothing to go back to.
void HeapGuard::LeaveOrPark(RuntimeThread& thread) const {
  if (letting_go_) thread.Park();
  thread.Leave();
}

}  // namespace isolet
