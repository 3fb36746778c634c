#include "usage.h"

#include "sanitizer.h"

namespace isolet {
namespace {

// In the thread's static block: to make room for it elsewhere is an allocation, and
// would come back here.
[[gnu::tls_model("initial-exec")]] thread_local size_t malloced = 0;

size_t Malloced() {
  [[maybe_unused]] static const bool watching = [] {
    WatchAllocations([](const volatile void*, size_t size) { malloced += size; });
    return true;
  }();
  return malloced;
}

}  // namespace

Usage::Usage(v8::Isolate* isolate)
    : isolate_(isolate),
      heap_before_(HeapInUse()),
      malloc_before_(Malloced()),
      clock_(ThreadClock::ForCurrentThread()),
      cpu_before_(clock_.NowNanos()) {}

void Usage::Stop() {
  cpu_ = clock_.NowNanos() - cpu_before_;
  bytes_ = Malloced() - malloc_before_;
  size_t heap = HeapInUse();
  if (heap > heap_before_) bytes_ += heap - heap_before_;
}

size_t Usage::HeapInUse() const {
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  return statistics.used_heap_size();
}

}  // namespace isolet
