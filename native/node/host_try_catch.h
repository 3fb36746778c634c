// A TryCatch around the host's JavaScript. What it catches may be the end of that
// JavaScript, as by worker.terminate(): such is asked for again, because V8 forgets it
// with the frame that caught it, and code that was to end would go on.
//
// Thread: host.
// Owner: a stack frame.
#pragma once

#include <v8.h>

namespace isolet {

class HostTryCatch : public v8::TryCatch {
 public:
  explicit HostTryCatch(v8::Isolate* isolate) : v8::TryCatch(isolate), isolate_(isolate) {}
  ~HostTryCatch() { PassOnTermination(); }

  void Reset() {
    PassOnTermination();
    v8::TryCatch::Reset();
  }

 private:
  void PassOnTermination() {
    if (HasTerminated()) isolate_->TerminateExecution();
  }

  v8::Isolate* const isolate_;
};

}  // namespace isolet
