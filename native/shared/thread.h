// What std::thread does not offer: a chosen stack size, failure as a value, the CPU clock of
// another thread, and the bounds of one's own stack.
//
// Thread: any.
// Owner: none; a started thread is detached and belongs to whoever waits for what it does.
#ifndef ISOLET_SHARED_THREAD_H_
#define ISOLET_SHARED_THREAD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "shared/clock.h"

#if defined(__linux__)
#include <time.h>
#endif

namespace isolet {

struct ThreadOptions {
  // Shown by debuggers and `top -H`. Cut to what the platform takes (15 bytes on Linux), between
  // two characters; control characters become '?', as the name may end up on a terminal.
  std::string name;
  // 0 is the platform's default; less than the platform's minimum becomes the minimum. It may turn
  // out larger (glibc hands out stacks of ended threads again): CurrentThreadStack() tells.
  size_t stack_size = 0;
};

// Starts a detached thread; returns 0 or an errno value (EAGAIN where the process or the machine
// has no room for another). Detached, because a runtime that can not be stopped must be
// abandonable.
[[nodiscard]] int StartDetachedThread(const ThreadOptions& options, void (*entry)(void*),
                                      void* argument);

// Asks the scheduler to run the current thread as soon as it wakes up, even if another thread is
// busy on its core: for one that does little and must be on time. Best effort, and needs no
// privileges.
void PreferPromptWakeUps();

// For a thread that must neither end nor run any more.
[[noreturn]] void SleepForEver();

// CPU time used by one thread. A value to copy freely; it owns nothing.
class ThreadClock {
 public:
  static ThreadClock ForCurrentThread();

  // Any thread may ask while the measured thread lives. Afterwards the answer means nothing (0, or
  // another thread's time once the system has given the number away again).
  // A system call on every platform: not for a hot path without a thought. Windows tells it
  // in ticks of its scheduler, some 16 ms: a limit of CPU time, and Watchdog::Timer::Patience, are
  // as coarse there.
  Nanos NowNanos() const;

 private:
#if defined(__linux__)
  explicit ThreadClock(clockid_t id) : id_(id) {}
  clockid_t id_;
#else
  // macOS: the thread's mach port, borrowed. Windows: its id rather than a handle, as a handle
  // would have to be owned and closed.
  explicit ThreadClock(uint32_t id) : id_(id) {}
  uint32_t id_;
#endif
};

// The addresses the current thread may use as stack, guard pages not included: [low, high).
// Both are 0 where the platform does not tell.
struct StackBounds {
  uintptr_t low;
  uintptr_t high;
};

// Costs a read of /proc/self/maps on the main thread of a Linux process: ask once, keep the answer.
StackBounds CurrentThreadStack();

}  // namespace isolet

#endif  // ISOLET_SHARED_THREAD_H_
