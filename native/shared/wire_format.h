// The wire format: tags, and a bounds-checked writer and reader of tagged
// bytes. What the tags mean in terms of JavaScript values is the business of
// the codec in isolate/; nothing here knows V8.
//
// The format never leaves the process, so it has no version and uses the
// machine's byte order. It is still read as untrusted input: a plugin that
// corrupts its own heap must not be able to steer the reader out of bounds.
//
// Thread: any.
// Owner: the codec that writes or reads one payload.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "shared/payload.h"

namespace isolet {

enum class WireTag : uint8_t {
  kUndefined,
  kNull,
  kTrue,
  kFalse,
  kInt32,           // zigzag varint
  kDouble,          // 8 bytes
  kBigInt,          // sign byte, word count, words
  kOneByteString,   // length, Latin-1
  kTwoByteString,   // length, UTF-16 in machine order
  kHole,            // an absent array element
  kEnd,             // closes what has no length
  kReference,       // index of an object met before
  kObject,          // (key, value)*, kEnd
  kArray,           // length, then that many values
  kPrimitiveArray,  // the same, no element of which is an object
  kSparseArray,     // length, (index, value)*, kEnd
  kMap,             // (key, value)*, kEnd
  kSet,             // value*, kEnd
  kDate,            // 8 bytes
  kRegExp,          // source string, flags
  kError,           // name, message, stack (strings or undefined), (kHidden? key, value)*, kEnd
  kHidden,          // the next property is not enumerable
  kBoxed,           // a primitive in an object
  kBuffer,          // length, bytes
  kAttachedBuffer,  // attachment index
  kView,            // kind, byte offset, length in elements; the buffer follows as a value
  kFunction,        // id of a function of the sender's, met for the first time
  kOwnFunction,     // id of a function that belongs to the receiver
  kStream,          // ids of two functions of the sender's: the next chunk, and cancel
};

// Which ArrayBufferView a kView is; the order is part of the format.
enum class ViewKind : uint8_t {
  kInt8,
  kUint8,
  kUint8Clamped,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kFloat16,
  kFloat32,
  kFloat64,
  kBigInt64,
  kBigUint64,
  kDataView,
};

class WireWriter {
 public:
  explicit WireWriter(Payload& payload) : payload_(payload) {}

  Payload& payload() { return payload_; }
  size_t size() const { return payload_.size(); }

  void Tag(WireTag tag) { *payload_.Extend(1) = static_cast<uint8_t>(tag); }
  void Byte(uint8_t value) { *payload_.Extend(1) = value; }
  void Varint(uint64_t value) {
    while (value >= 0x80) {
      Byte(static_cast<uint8_t>(value | 0x80));
      value >>= 7;
    }
    Byte(static_cast<uint8_t>(value));
  }
  void Int32(int32_t value) {
    Varint((static_cast<uint32_t>(value) << 1) ^ static_cast<uint32_t>(value >> 31));
  }
  void Double(double value) { std::memcpy(payload_.Extend(sizeof value), &value, sizeof value); }
  // Uninitialised room, for whoever can write into it directly.
  uint8_t* Room(size_t count) { return payload_.Extend(count); }
  // Takes back what was written from `size` on.
  void Rewind(size_t size) { payload_.Shrink(size); }
  // Rewrites the tag at `offset`: an array is known to be primitive at its end.
  void Retag(size_t offset, WireTag tag) { payload_.data()[offset] = static_cast<uint8_t>(tag); }

 private:
  Payload& payload_;
};

// Every read says whether the bytes were there; after a false one the reader
// is spent.
class WireReader {
 public:
  explicit WireReader(const Payload& payload)
      : cursor_(payload.data()), end_(payload.data() + payload.size()) {}
  WireReader(const uint8_t* data, size_t size) : cursor_(data), end_(data + size) {}

  size_t remaining() const { return static_cast<size_t>(end_ - cursor_); }
  bool AtEnd() const { return cursor_ == end_; }

  bool Tag(WireTag* tag) {
    if (cursor_ == end_ || *cursor_ > static_cast<uint8_t>(WireTag::kStream)) return false;
    *tag = static_cast<WireTag>(*cursor_++);
    return true;
  }
  bool NextIs(WireTag tag) const {
    return cursor_ != end_ && *cursor_ == static_cast<uint8_t>(tag);
  }
  bool NextByteIs(uint8_t value) const { return NextByteIsIn(value, value); }
  bool NextByteIsIn(uint8_t first, uint8_t last) const {
    return cursor_ != end_ && *cursor_ >= first && *cursor_ <= last;
  }
  bool Byte(uint8_t* value) {
    if (cursor_ == end_) return false;
    *value = *cursor_++;
    return true;
  }
  bool Varint(uint64_t* value) {
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (cursor_ == end_) return false;
      uint8_t byte = *cursor_++;
      if (shift == 63 && byte > 1) return false;
      result |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) {
        *value = result;
        return true;
      }
    }
    return false;
  }
  bool Varint32(uint32_t* value) {
    uint64_t wide = 0;
    if (!Varint(&wide) || wide > UINT32_MAX) return false;
    *value = static_cast<uint32_t>(wide);
    return true;
  }
  bool Int32(int32_t* value) {
    uint32_t zigzag = 0;
    if (!Varint32(&zigzag)) return false;
    *value = static_cast<int32_t>((zigzag >> 1) ^ (0U - (zigzag & 1U)));
    return true;
  }
  bool Double(double* value) {
    const uint8_t* bytes = nullptr;
    if (!Bytes(sizeof *value, &bytes)) return false;
    std::memcpy(value, bytes, sizeof *value);
    return true;
  }
  // With its tag.
  bool OneByteString(std::string_view* text) {
    WireTag tag;
    uint32_t length = 0;
    const uint8_t* bytes = nullptr;
    if (!Tag(&tag) || tag != WireTag::kOneByteString || !Varint32(&length) ||
        !Bytes(length, &bytes)) {
      return false;
    }
    *text = {reinterpret_cast<const char*>(bytes), length};
    return true;
  }
  // Goes past a value that is no object, nor a bigint.
  bool SkipPrimitive() {
    WireTag tag;
    uint64_t length = 0;
    const uint8_t* bytes = nullptr;
    if (!Tag(&tag)) return false;
    switch (tag) {
      case WireTag::kUndefined:
      case WireTag::kNull:
      case WireTag::kTrue:
      case WireTag::kFalse:
        return true;
      case WireTag::kInt32:
        return Varint(&length);
      case WireTag::kDouble:
        return Bytes(sizeof(double), &bytes);
      case WireTag::kOneByteString:
        return Varint(&length) && Bytes(length, &bytes);
      case WireTag::kTwoByteString:
        return Varint(&length) && length <= remaining() / 2 && Bytes(length * 2, &bytes);
      default:
        return false;
    }
  }
  // `count` bytes in place; they live as long as the payload.
  bool Bytes(uint64_t count, const uint8_t** bytes) {
    if (count > remaining()) return false;
    *bytes = cursor_;
    cursor_ += count;
    return true;
  }

 private:
  const uint8_t* cursor_;
  const uint8_t* end_;
};

}  // namespace isolet
