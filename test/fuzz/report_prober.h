// Feeds bytes to the host as the report of an error that a plugin threw.
//
// Thread: host.
// Owner: the JavaScript object that it is wrapped in.
#pragma once

#include <v8.h>

#include <cstdint>
#include <memory>

#include "node/environment.h"
#include "node/host_runtime.h"

namespace isolet {

class ReportProber {
 public:
  // Starts a runtime, which plays the plugin's side.
  explicit ReportProber(Environment& environment)
      : runtime_(HostRuntime::Start(environment, RuntimeLimits{}, {}, {})) {}
  // As the wrapper of a real one: its environment may be gone.
  ~ReportProber() { runtime_->Abandon(); }
  ReportProber(const ReportProber&) = delete;
  ReportProber& operator=(const ReportProber&) = delete;

  // The error that the host would get.
  v8::Local<v8::Value> ErrorOf(const uint8_t* bytes, size_t size);

 private:
  const std::shared_ptr<HostRuntime> runtime_;
};

}  // namespace isolet
