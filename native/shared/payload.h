// The bytes of one message, with the memory blocks and the handles that travel
// beside them.
//
// Most crossings carry a number or a short string, so the first bytes live in
// the object itself and cost no allocation. Large buffers are attached, not
// copied in.
//
// What a message between two threads costs is the cache lines it takes: nothing
// behind the bytes that are there is touched, unless something is kept there.
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

// Larger buffers travel beside the message instead of being copied twice.
constexpr size_t kAttachFrom = 4096;

// A block of memory that changes sides without being copied.
struct Attachment {
  // Without data where the system refuses the memory; that of no bytes has some.
  static Attachment CopyOf(const void* bytes, size_t size) {
    void* data = std::malloc(size > 0 ? size : 1);
    if (data == nullptr) return {};
    if (size > 0) std::memcpy(data, bytes, size);
    return {std::shared_ptr<void>(data, std::free), data, size};
  }

  std::shared_ptr<void> owner;
  void* data = nullptr;
  size_t size = 0;
};

class Payload {
 public:
  Payload() = default;
  Payload(const Payload&) = delete;
  Payload& operator=(const Payload&) = delete;
  Payload(Payload&& other) noexcept {
    MoveFrom(other);
    other.size_ = 0;
  }
  Payload& operator=(Payload&& other) noexcept {
    if (this != &other) {
      TakeOut(other);
      other.size_ = 0;
    }
    return *this;
  }
  ~Payload() {
    if (is_extended_) std::free(heap_);
  }

  const uint8_t* data() const { return IsOnHeap() ? heap_ : inline_; }
  uint8_t* data() { return IsOnHeap() ? heap_ : inline_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // What travels, attachments included.
  size_t weight() const {
    size_t sum = size_;
    if (is_extended_ && attachments_ != nullptr) {
      for (const Attachment& attachment : *attachments_) sum += attachment.size;
    }
    return sum;
  }

  // Room for `count` more bytes, counted as written. Throws std::bad_alloc.
  uint8_t* Extend(size_t count) {
    Reserve(count);
    uint8_t* place = data() + size_;
    size_ += static_cast<uint32_t>(count);
    return place;
  }

  // Makes room for `count` more bytes at once. Throws std::bad_alloc.
  void Reserve(size_t count) {
    if (capacity() - size_ < count) Grow(count);
  }
  // To the first `size` bytes.
  void Shrink(size_t size) { size_ = static_cast<uint32_t>(size); }

  void Clear() { *this = Payload(); }
  // Moves what `other`, in a place of a queue's that is used again, holds. Its first bytes stay as
  // they are: written to, their cache line would have to be fetched back by who uses the place
  // next.
  void TakeOut(Payload& other) {
    Release();
    MoveFrom(other);
  }

  uint32_t Attach(Attachment attachment) {
    is_extended_ = true;
    if (attachments_ == nullptr) attachments_ = std::make_unique<std::vector<Attachment>>();
    attachments_->push_back(std::move(attachment));
    return static_cast<uint32_t>(attachments_->size() - 1);
  }
  // Null where the index, which may come from damaged bytes, names none.
  Attachment* FindAttachment(uint32_t index) {
    if (!is_extended_ || attachments_ == nullptr || index >= attachments_->size()) return nullptr;
    return &(*attachments_)[index];
  }

  // To add to.
  CarriedHandles& handles() {
    is_extended_ = true;
    return handles_;
  }
  // Null: it carries none.
  CarriedHandles* FindHandles() { return is_extended_ ? &handles_ : nullptr; }
  bool HasHandles() const { return is_extended_ && !handles_.empty(); }

 private:
  // A call with a handful of numbers or a short string fits; a message stays
  // within four cache lines.
  static constexpr uint32_t kInlineBytes = 123;

  bool IsOnHeap() const { return is_extended_ && heap_ != nullptr; }
  uint32_t capacity() const { return is_extended_ ? capacity_ : kInlineBytes; }
  void Grow(size_t count) {
    size_t wanted = size_ + count;
    size_t capacity = size_t{capacity_} * 2;
    is_extended_ = true;
    if (capacity < wanted) capacity = wanted;
    if (wanted > UINT32_MAX) throw std::bad_alloc();
    if (capacity > UINT32_MAX) capacity = UINT32_MAX;
    auto* grown = static_cast<uint8_t*>(std::realloc(heap_, capacity));
    if (grown == nullptr) throw std::bad_alloc();
    if (heap_ == nullptr) std::memcpy(grown, inline_, size_);
    heap_ = grown;
    capacity_ = static_cast<uint32_t>(capacity);
  }
  void Release() {
    if (!is_extended_) return;
    std::free(std::exchange(heap_, nullptr));
    capacity_ = kInlineBytes;
    attachments_.reset();
    handles_ = CarriedHandles();
    is_extended_ = false;
  }
  // This one holds nothing but bytes. What lies far behind goes first: stores are seen in their
  // order, and one to a second line in between would let the reader take the first one away.
  void MoveFrom(Payload& other) {
    if (other.is_extended_) {
      heap_ = std::exchange(other.heap_, nullptr);
      capacity_ = std::exchange(other.capacity_, kInlineBytes);
      attachments_ = std::move(other.attachments_);
      handles_ = std::move(other.handles_);
      is_extended_ = true;
      other.is_extended_ = false;
    }
    size_ = other.size_;
    if (!IsOnHeap()) std::memcpy(inline_, other.inline_, size_);
  }

  uint32_t size_ = 0;
  // Whether anything is kept behind inline_.
  bool is_extended_ = false;
  uint8_t inline_[kInlineBytes];
  uint8_t* heap_ = nullptr;
  uint32_t capacity_ = kInlineBytes;
  std::unique_ptr<std::vector<Attachment>> attachments_;
  CarriedHandles handles_;
};

}  // namespace isolet
