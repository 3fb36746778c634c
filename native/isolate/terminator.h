// The only caller of TerminateExecution from other threads.
//
// Thread: any; Attach and Detach on the runtime's.
// Owner: RuntimeCore. Outlives the isolate, which is why it has to know whether
// there is one.
#pragma once

#include <v8.h>

#include <mutex>
#include <utility>

namespace isolet {

class Terminator {
 public:
  void Attach(v8::Isolate* isolate) {
    std::lock_guard lock(mutex_);
    isolate_ = isolate;
    is_held_ = false;
    is_due_ = false;
  }
  void Detach() { Attach(nullptr); }

  void Terminate() {
    std::lock_guard lock(mutex_);
    if (isolate_ == nullptr) return;
    if (is_held_) {
      is_due_ = true;
    } else {
      isolate_->TerminateExecution();
    }
  }

  // Until Release nothing is terminated; what is asked for meanwhile comes then.
  // Thread: runtime.
  void Hold() {
    std::lock_guard lock(mutex_);
    is_held_ = true;
  }
  // What was asked for before Hold comes at Release, too. Thread: runtime.
  void PutOff() {
    std::lock_guard lock(mutex_);
    if (isolate_ == nullptr) return;
    isolate_->CancelTerminateExecution();
    is_due_ = true;
  }
  // Thread: runtime.
  void Release() {
    std::lock_guard lock(mutex_);
    is_held_ = false;
    if (std::exchange(is_due_, false) && isolate_ != nullptr) isolate_->TerminateExecution();
  }
  // Thread: runtime.
  bool is_held() {
    std::lock_guard lock(mutex_);
    return is_held_;
  }

  // Runs `callback` on the runtime's thread as soon as it runs JavaScript.
  void Interrupt(v8::InterruptCallback callback, void* data) {
    std::lock_guard lock(mutex_);
    if (isolate_ != nullptr) isolate_->RequestInterrupt(callback, data);
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  v8::Isolate* isolate_ = nullptr;
  bool is_held_ = false;
  bool is_due_ = false;
};

}  // namespace isolet
