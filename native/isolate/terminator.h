// The only caller of TerminateExecution from other threads.
//
// Thread: any; Attach and Detach on the runtime's.
// Owner: RuntimeCore. Outlives the isolate, which is why it has to know whether
// there is one.
#pragma once

#include <v8.h>

#include <mutex>

namespace isolet {

class Terminator {
 public:
  void Attach(v8::Isolate* isolate) {
    std::lock_guard lock(mutex_);
    isolate_ = isolate;
  }
  void Detach() { Attach(nullptr); }

  void Terminate() {
    std::lock_guard lock(mutex_);
    if (isolate_ != nullptr) isolate_->TerminateExecution();
  }
  // Runs `callback` on the runtime's thread as soon as it runs JavaScript.
  void Interrupt(v8::InterruptCallback callback, void* data) {
    std::lock_guard lock(mutex_);
    if (isolate_ != nullptr) isolate_->RequestInterrupt(callback, data);
  }

 private:
  std::mutex mutex_;
  v8::Isolate* isolate_ = nullptr;  // guarded by mutex_
};

}  // namespace isolet
