#include "report_prober.h"

#include <cstring>

#include "node/failure_error.h"

namespace isolet {

v8::Local<v8::Value> ReportProber::ErrorOf(const uint8_t* bytes, size_t size) {
  Failure failure;
  failure.kind = FailureKind::kJavaScript;
  failure.report = std::make_shared<Payload>();
  if (size > 0) std::memcpy(failure.report->Extend(size), bytes, size);
  return ErrorOfFailure(*runtime_, failure);
}

}  // namespace isolet
