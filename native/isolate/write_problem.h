// What kept a value from being encoded.
//
// Thread: any (a value).
// Owner: nobody.
#pragma once

#include <cstdint>

namespace isolet {

enum class WriteProblem : uint8_t {
  kNone,
  kThrown,  // an exception is pending
  kUncloneable,
  kTooDeep,
  kTooLarge,
  kStopped,
};

}  // namespace isolet
