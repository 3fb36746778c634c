// Makes threads wait, under a mutex, for what others change under it, up to a point of steady time.
//
// Why not std::condition_variable, which it is elsewhere: on Linux its waits until a steady time
// take a function that glibc has since 2.30 (pthread_cond_clockwait), and Node runs on 2.28.
//
// Thread: any.
// Owner: that of the mutex.
#pragma once

#include <mutex>

#include "shared/clock.h"

#if defined(ISOLET_LINUX_WAITS)
#include <pthread.h>
#else
#include <condition_variable>
#endif

namespace isolet {

class Condition {
 public:
  Condition();
  ~Condition();
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  void NotifyAll();

  // True as soon as ready() is, which is called under the lock; false once the deadline has passed
  // without it.
  template <class Ready>
  bool WaitUntil(std::unique_lock<std::mutex>& lock, Nanos deadline, Ready ready) {
    while (!ready()) {
      if (!Sleep(lock, deadline)) return ready();
    }
    return true;
  }

 private:
  // Until notified, or shorter; false if the deadline has passed.
  bool Sleep(std::unique_lock<std::mutex>& lock, Nanos deadline);

#if defined(ISOLET_LINUX_WAITS)
  pthread_cond_t changed_;
#else
  std::condition_variable changed_;
#endif
};

}  // namespace isolet
