#include "shared/hash_chains.h"

#include <cstring>

namespace isolet {
namespace {

// Thomas Wang's integer hashes, of which V8 takes 30 bits.
constexpr uint32_t kHashBits = 0x3fffffff;

uint32_t HashOfInt(uint32_t value) {
  uint32_t hash = ~value + (value << 15);
  hash ^= hash >> 12;
  hash += hash << 2;
  hash ^= hash >> 4;
  hash *= 2057;
  hash ^= hash >> 16;
  return hash & kHashBits;
}

uint32_t HashOfLong(uint64_t value) {
  uint64_t hash = ~value + (value << 18);
  hash ^= hash >> 31;
  hash *= 21;
  hash ^= hash >> 11;
  hash += hash << 6;
  hash ^= hash >> 22;
  return static_cast<uint32_t>(hash) & kHashBits;
}

}  // namespace

uint32_t HashOfNumber(double number) {
  const bool may_be_int = number >= INT32_MIN && number <= INT32_MAX;
  if (may_be_int && static_cast<double>(static_cast<int32_t>(number)) == number) {
    return HashOfInt(static_cast<uint32_t>(static_cast<int32_t>(number)));
  }
  uint64_t bits = 0;
  static_assert(sizeof bits == sizeof number);
  std::memcpy(&bits, &number, sizeof bits);
  return HashOfLong(bits);
}

uint32_t HashOfIndexText(uint32_t index, uint32_t digits) {
  constexpr uint32_t kIndexBits = 24;
  return (index | (digits << kIndexBits)) & kHashBits;
}

uint32_t HashOfBigInt(uint64_t lowest_digit) { return HashOfLong(lowest_digit); }

void HashChains::Add(uint32_t hash) {
  if (hashes_.size() == chains_.size() * kLoadFactor) Grow();
  comparisons_ += ChainOf(hash)++;
  hashes_.push_back(hash);
}

// Whoever moves keys to their new buckets compares none.
void HashChains::Grow() {
  chains_.assign(chains_.size() * 2, 0);
  for (const uint32_t hash : hashes_) ++ChainOf(hash);
}

}  // namespace isolet
