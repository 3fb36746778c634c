// Holds a runtime to its memory limit: the V8 heap by the near-heap-limit
// callback, heap and buffers together after each full garbage collection and at
// each refused buffer, and V8's fatal out-of-memory handler as the last resort.
//
// That handler must not return: V8 would end the process. On the runtime's own
// thread it leaves by longjmp, and the isolate is disposed of; where that is not
// safe, in the middle of a collection that other threads take part in, or on one
// of those threads, it parks the thread for ever.
//
// Thread: runtime (V8 may call the fatal handler on another).
// Owner: RuntimeThread; destroyed after the isolate, which may collect while it is
// disposed of.
#pragma once

#include <v8.h>

#include "isolate/buffer_allocator.h"
#include "isolate/runtime_core.h"

namespace isolet {

class RuntimeThread;

class HeapGuard {
 public:
  HeapGuard(v8::Isolate* isolate, RuntimeCore& core, BufferAllocator& allocator);
  ~HeapGuard();
  HeapGuard(const HeapGuard&) = delete;
  HeapGuard& operator=(const HeapGuard&) = delete;

  // From here on nothing is held to any limit: the isolate is about to go.
  void LetGo() { letting_go_ = true; }
  // To be asked when a call's code has ended: a single large object passes the limit
  // unseen, and nothing looks again before the next collection.
  void JudgeCall(Nanos started);
  // Whether a refused buffer was the runtime's end, once V8 has done what it could.
  // To be asked when a call ends, too: its code may have ended before the interrupt.
  void SettleRefusal();
  // Memory was refused for good: a runtime that is full dies of it.
  void JudgeRefusal();
  // V8 is about to end the process for a size that it can't make. On the thread of a
  // runtime that is the runtime's end, and this does not return; on others it does.
  static void InvalidSize();
  // The same where V8 takes something for granted, and it is not so.
  static void FailedAssumption();

 private:
  static size_t NearHeapLimit(void* data, size_t current, size_t initial);
  static void AfterCollection(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags,
                              void* data);
  static void BufferRefused(void* data);
  static void FatalOutOfMemory(const char* location, const v8::OOMDetails& details);

  [[noreturn]] void LeaveOrPark(RuntimeThread& thread) const;
  void LowerLimit();
  void DieOfMemory(size_t used);
  size_t HeapUsed() const;
  size_t Used() const;

  v8::Isolate* const isolate_;
  RuntimeCore& core_;
  BufferAllocator& allocator_;
  size_t limit_;
  bool refusal_pending_ = false;
  size_t raised_ = 0;
  bool letting_go_ = false;
};

}  // namespace isolet
