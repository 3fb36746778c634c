// How many keys are compared while V8 makes a Map or Set of given ones: as many as there are in
// the same bucket. V8 hashes numbers and BigInts without a secret, so that anyone can choose
// keys that all come into one.
//
// Thread: any.
// Owner: nobody; functions and a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isolet {

// As V8 has them since 2018 (ComputeUnseededHash, ComputeLongHash).
uint32_t HashOfNumber(double number);
uint32_t HashOfBigInt(uint64_t lowest_digit);
// Of a text that is an index: has no secret either, in versions before 2026 (CVE-2026-21717).
uint32_t HashOfIndexText(uint32_t index, uint32_t digits);

// Grows as V8's OrderedHashTable does.
class HashChains {
 public:
  void Add(uint32_t hash);
  uint64_t comparisons() const { return comparisons_; }

 private:
  // V8's, of keys to a bucket, on average and at most.
  static constexpr size_t kLoadFactor = 2;

  void Grow();
  uint32_t& ChainOf(uint32_t hash) { return chains_[hash & (chains_.size() - 1)]; }

  std::vector<uint32_t> hashes_;
  // A power of two.
  std::vector<uint32_t> chains_{0, 0};
  uint64_t comparisons_ = 0;
};

}  // namespace isolet
