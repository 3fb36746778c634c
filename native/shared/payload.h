// The bytes of one message, with the memory blocks and the handles that travel
// beside them.
//
// Most crossings carry a number or a short string, so the first bytes live in
// the object itself and cost no allocation. Large buffers are attached, not
// copied in.
//
// Thread: any (one thread at a time; ownership moves with the message).
// Owner: the message, and whoever encodes or decodes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "shared/carried_handles.h"

namespace isolet {

// A block of memory that changes sides without being copied.
struct Attachment {
  std::shared_ptr<void> owner;
  void* data = nullptr;
  size_t size = 0;
};

class Payload {
 public:
  Payload() = default;
  Payload(const Payload&) = delete;
  Payload& operator=(const Payload&) = delete;
  Payload(Payload&& other) noexcept { MoveFrom(other); }
  Payload& operator=(Payload&& other) noexcept {
    if (this != &other) {
      Release();
      MoveFrom(other);
    }
    return *this;
  }
  ~Payload() { Release(); }

  const uint8_t* data() const { return heap_ != nullptr ? heap_ : inline_; }
  uint8_t* data() { return heap_ != nullptr ? heap_ : inline_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // What travels, attachments included.
  size_t weight() const {
    size_t sum = size_;
    if (attachments_ != nullptr) {
      for (const Attachment& attachment : *attachments_) sum += attachment.size;
    }
    return sum;
  }

  // Room for `count` more bytes, counted as written. Throws std::bad_alloc.
  uint8_t* Extend(size_t count) {
    if (capacity_ - size_ < count) Grow(count);
    uint8_t* place = data() + size_;
    size_ += static_cast<uint32_t>(count);
    return place;
  }

  void Clear() {
    Release();
    heap_ = nullptr;
    size_ = 0;
    capacity_ = kInlineBytes;
    attachments_.reset();
    handles_ = CarriedHandles();
  }

  uint32_t Attach(Attachment attachment) {
    if (attachments_ == nullptr) attachments_ = std::make_unique<std::vector<Attachment>>();
    attachments_->push_back(std::move(attachment));
    return static_cast<uint32_t>(attachments_->size() - 1);
  }
  // Null where the index, which may come from damaged bytes, names none.
  Attachment* FindAttachment(uint32_t index) {
    if (attachments_ == nullptr || index >= attachments_->size()) return nullptr;
    return &(*attachments_)[index];
  }

  CarriedHandles& handles() { return handles_; }

 private:
  // A call with a handful of numbers or a short string fits; a message stays
  // within four cache lines.
  static constexpr uint32_t kInlineBytes = 128;

  void Grow(size_t count) {
    size_t wanted = size_ + count;
    size_t capacity = size_t{capacity_} * 2;
    if (capacity < wanted) capacity = wanted;
    if (wanted > UINT32_MAX) throw std::bad_alloc();
    if (capacity > UINT32_MAX) capacity = UINT32_MAX;
    auto* grown = static_cast<uint8_t*>(std::realloc(heap_, capacity));
    if (grown == nullptr) throw std::bad_alloc();
    if (heap_ == nullptr) std::memcpy(grown, inline_, size_);
    heap_ = grown;
    capacity_ = static_cast<uint32_t>(capacity);
  }
  void Release() { std::free(heap_); }
  void MoveFrom(Payload& other) {
    heap_ = std::exchange(other.heap_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, kInlineBytes);
    attachments_ = std::move(other.attachments_);
    handles_ = std::move(other.handles_);
    if (heap_ == nullptr) std::memcpy(inline_, other.inline_, size_);
  }

  uint8_t* heap_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = kInlineBytes;
  std::unique_ptr<std::vector<Attachment>> attachments_;
  CarriedHandles handles_;
  uint8_t inline_[kInlineBytes];
};

}  // namespace isolet
