// Why a call failed, or a runtime died. Failures are told apart by kind, never
// by text, on their whole way to the typed error at the host.
//
// Thread: any (a value).
// Owner: the outcome or the runtime state that holds it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "shared/payload.h"

namespace isolet {

enum class FailureKind : uint8_t {
  kJavaScript,  // `report` holds the encoded description of what was thrown
  kTimeout,     // clock, limit, seen (ms)
  kHeapLimit,   // limit, seen (bytes)
  kTerminated,  // text: the reason
  kClosed,      // text: what is, or the runtime; path: where that is in what should cross
  kAborted,
  kPendingPromise,
  kDataClone,        // path, text: what can't cross
  kDepthLimit,       // path, limit, seen
  kBytesLimit,       // path, limit, seen
  kInvalidArgument,  // text: the message
  kStartFailed,      // text: the message
  kModule,           // as kJavaScript; path: the specifier, text: the referrer
  kSnapshot,         // text: why it could not be made, or can't be used
};

enum class TimeoutClock : uint8_t { kWall, kCpu };

struct Failure {
  FailureKind kind = FailureKind::kClosed;
  TimeoutClock clock = TimeoutClock::kWall;
  double limit = 0;
  double seen = 0;
  // The host error that the plugin let escape, an id of the host's; 0: none.
  uint64_t host_error = 0;
  std::string text;
  std::string path;
  // Shared, so that a death can be told to any number of callers.
  std::shared_ptr<Payload> report;
};

inline Failure TerminatedFailure(std::string reason) {
  Failure failure;
  failure.kind = FailureKind::kTerminated;
  failure.text = std::move(reason);
  return failure;
}

}  // namespace isolet
