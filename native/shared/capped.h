// Amounts of what untrusted code asks for: they stop at more than can be had anyway, rather than
// overflow.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <algorithm>
#include <cstdint>

namespace isolet {

inline constexpr uint64_t kCapped = uint64_t{1} << 40;

inline uint64_t CappedProduct(uint64_t a, uint64_t b) {
  return a != 0 && b > kCapped / a ? kCapped : std::min(a * b, kCapped);
}

}  // namespace isolet
