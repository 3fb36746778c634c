// Holds what is encoded to a limit on its bytes, those of attachments included.
//
// Thread: any.
// Owner: one encoding.
#pragma once

#include <cstddef>

#include "shared/payload.h"

namespace isolet {

class SizeMeter {
 public:
  // What `payload` holds already does not count.
  SizeMeter(const Payload& payload, size_t limit)
      : payload_(payload), limit_(limit), start_(payload.size()) {}

  // Whether `bytes` more may be written. Once false it stays so.
  bool HasRoom(size_t bytes) {
    size_t used = payload_.size() - start_ + attached_;
    if (!exceeded_ && bytes <= limit_ && used <= limit_ - bytes) return true;
    if (!exceeded_) seen_ = static_cast<double>(used) + static_cast<double>(bytes);
    exceeded_ = true;
    return false;
  }
  void CountAttached(size_t bytes) { attached_ += bytes; }
  // A few bytes here make sixty of an empty object at its receiver, and a thousand of a
  // function's handle: its heap is not the sender's to fill.
  void CountObject() { CountObjects(1); }
  void CountObjects(size_t count) { attached_ += count * kObjectBytes; }
  // Whether what is written already may go on to be counted with that many objects in it.
  bool CanTake(size_t objects) const {
    return !exceeded_ && payload_.size() - start_ + attached_ + objects * kObjectBytes <= limit_;
  }
  void CountFunction() { attached_ += kFunctionBytes; }

  bool exceeded() const { return exceeded_; }
  double seen() const { return seen_; }

 private:
  static constexpr size_t kObjectBytes = 16;
  static constexpr size_t kFunctionBytes = 256;

  const Payload& payload_;
  const size_t limit_;
  const size_t start_;
  size_t attached_ = 0;
  bool exceeded_ = false;
  double seen_ = 0;
};

}  // namespace isolet
