#include "shared/condition.h"

#if defined(ISOLET_LINUX_WAITS)
#include <errno.h>
#include <time.h>
#endif

namespace isolet {

#if defined(ISOLET_LINUX_WAITS)

Condition::Condition() {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&changed_, &attributes);
  pthread_condattr_destroy(&attributes);
}

Condition::~Condition() { pthread_cond_destroy(&changed_); }

void Condition::NotifyAll() { pthread_cond_broadcast(&changed_); }

bool Condition::Sleep(std::unique_lock<std::mutex>& lock, Nanos deadline) {
  if (deadline <= NowNanos()) return false;
  timespec until;
  until.tv_sec = static_cast<time_t>(deadline / 1'000'000'000);
  until.tv_nsec = static_cast<long>(deadline % 1'000'000'000);
  return pthread_cond_timedwait(&changed_, lock.mutex()->native_handle(), &until) != ETIMEDOUT;
}

#else

Condition::Condition() = default;
Condition::~Condition() = default;

void Condition::NotifyAll() { changed_.notify_all(); }

bool Condition::Sleep(std::unique_lock<std::mutex>& lock, Nanos deadline) {
  if (deadline <= NowNanos()) return false;
  if (deadline == kNever) {
    changed_.wait(lock);
    return true;
  }
  return changed_.wait_until(lock, SteadyTime(deadline)) != std::cv_status::timeout;
}

#endif

}  // namespace isolet
