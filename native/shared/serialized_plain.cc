#include "shared/serialized_plain.h"

#include <cstring>

namespace isolet {
namespace {

// V8's tags.
constexpr uint8_t kPadding = '\0';  // before a two-byte string, for its alignment
constexpr uint8_t kHole = '-';
constexpr uint8_t kUndefined = '_';
constexpr uint8_t kNull = '0';
constexpr uint8_t kTrue = 'T';
constexpr uint8_t kFalse = 'F';
constexpr uint8_t kInt32 = 'I';          // zigzag varint
constexpr uint8_t kDouble = 'N';         // 8 bytes
constexpr uint8_t kOneByteString = '"';  // length, Latin-1
constexpr uint8_t kTwoByteString = 'c';  // length in bytes, UTF-16
constexpr uint8_t kReference = '^';      // number of an object
constexpr uint8_t kObject = 'o';         // (key, value)*, kObjectEnd, count
constexpr uint8_t kObjectEnd = '{';
constexpr uint8_t kDenseArray =
    'A';  // length, values, (key, value)*, kDenseArrayEnd, count, length
constexpr uint8_t kDenseArrayEnd = '$';
constexpr uint8_t kSparseArray = 'a';  // length, (key, value)*, kSparseArrayEnd, count, length
constexpr uint8_t kSparseArrayEnd = '@';
constexpr uint8_t kDate = 'D';  // 8 bytes

}  // namespace

bool SerializedPlain::Translate(size_t count, uint32_t max_depth, SizeMeter* meter) {
  const size_t start = out_.size();
  for (size_t i = 0; i < count; ++i) {
    if (!TranslateTree(max_depth)) {
      out_.Rewind(start);
      return false;
    }
  }
  if (in_.AtEnd() && meter->CanTake(objects_)) {
    meter->CountObjects(objects_);
    return true;
  }
  out_.Rewind(start);
  return false;
}

bool SerializedPlain::TranslateTree(uint32_t max_depth) {
  frames_.clear();
  if (!TranslateValue()) return false;
  while (!frames_.empty()) {
    if (frames_.size() > max_depth) return false;
    bool is_closed = false;
    if (!Advance(&is_closed)) return false;
    if (!is_closed && !TranslateValue()) return false;
  }
  return true;
}

bool SerializedPlain::NextIs(uint8_t tag) {
  uint8_t taken = 0;
  return in_.NextByteIs(tag) && in_.Byte(&taken);
}

bool SerializedPlain::NextTag(uint8_t* tag) {
  while (NextIs(kPadding)) {
  }
  return in_.Byte(tag);
}

bool SerializedPlain::CopyDouble(WireTag tag) {
  double number = 0;
  if (!in_.Double(&number)) return false;
  out_.Tag(tag);
  out_.Double(number);
  return true;
}

bool SerializedPlain::Advance(bool* is_closed) {
  Frame& frame = frames_.back();
  if (frame.kind != Kind::kObject) return AdvanceInArray(frame, is_closed);
  *is_closed = NextIs(kObjectEnd);
  if (*is_closed) return Close();
  uint8_t tag = 0;
  if (!NextTag(&tag)) return false;
  const bool is_key =
      tag == kOneByteString || tag == kTwoByteString || tag == kInt32 || tag == kDouble;
  return is_key && TranslatePrimitive(tag);
}

bool SerializedPlain::AdvanceInArray(Frame& frame, bool* is_closed) {
  const bool is_dense = frame.kind == Kind::kDenseArray;
  for (; frame.index < frame.length; ++frame.index) {
    if (is_dense) {
      if (!NextIs(kHole)) break;
      out_.Tag(WireTag::kHole);
      continue;
    }
    // One that could have holes and has none: every index, in its order.
    int32_t index = 0;
    if (!NextIs(kInt32) || !in_.Int32(&index) || index < 0 ||
        static_cast<uint32_t>(index) != frame.index) {
      return false;
    }
    break;
  }
  if (frame.index < frame.length) {
    ++frame.index;
    return true;
  }
  *is_closed = NextIs(is_dense ? kDenseArrayEnd : kSparseArrayEnd);
  return *is_closed && Close();
}

bool SerializedPlain::Close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  uint32_t count = 0;
  uint32_t length = 0;
  if (!in_.Varint32(&count)) return false;
  switch (frame.kind) {
    case Kind::kObject:
      out_.Tag(WireTag::kEnd);
      return true;
    case Kind::kDenseArray:
      if (count != 0) return false;
      break;
    case Kind::kSparseArray:
      if (count != frame.length) return false;
      break;
  }
  if (!in_.Varint32(&length) || length != frame.length) return false;
  if (frame.only_primitives) out_.Retag(frame.tag_offset, WireTag::kPrimitiveArray);
  return true;
}

bool SerializedPlain::Open(Kind kind) {
  Frame frame{kind};
  frame.tag_offset = out_.size();
  if (kind == Kind::kObject) {
    out_.Tag(WireTag::kObject);
  } else {
    if (!in_.Varint32(&frame.length)) return false;
    out_.Tag(WireTag::kArray);
    out_.Varint(frame.length);
  }
  frames_.push_back(frame);
  return true;
}

bool SerializedPlain::TranslateValue() {
  uint8_t tag = 0;
  if (!NextTag(&tag)) return false;
  if (TranslatePrimitive(tag)) return true;
  if (!frames_.empty()) frames_.back().only_primitives = false;
  ++objects_;
  switch (tag) {
    case kObject:
      return Open(Kind::kObject);
    case kDenseArray:
      return Open(Kind::kDenseArray);
    case kSparseArray:
      return Open(Kind::kSparseArray);
    case kDate:
      return CopyDouble(WireTag::kDate);
    case kReference: {
      uint64_t number = 0;
      --objects_;
      if (!in_.Varint(&number)) return false;
      out_.Tag(WireTag::kReference);
      out_.Varint(number);
      return true;
    }
    default:
      return false;
  }
}

bool SerializedPlain::TranslatePrimitive(uint8_t tag) {
  switch (tag) {
    case kUndefined:
      out_.Tag(WireTag::kUndefined);
      return true;
    case kNull:
      out_.Tag(WireTag::kNull);
      return true;
    case kTrue:
      out_.Tag(WireTag::kTrue);
      return true;
    case kFalse:
      out_.Tag(WireTag::kFalse);
      return true;
    case kInt32: {
      int32_t number = 0;
      if (!in_.Int32(&number)) return false;
      out_.Tag(WireTag::kInt32);
      out_.Int32(number);
      return true;
    }
    case kDouble:
      return CopyDouble(WireTag::kDouble);
    case kOneByteString:
    case kTwoByteString:
      return TranslateString(tag);
    default:
      return false;
  }
}

bool SerializedPlain::TranslateString(uint8_t tag) {
  const bool is_wide = tag == kTwoByteString;
  uint32_t size = 0;
  const uint8_t* bytes = nullptr;
  if (!in_.Varint32(&size) || (is_wide && size % 2 != 0) || !in_.Bytes(size, &bytes)) return false;
  out_.Tag(is_wide ? WireTag::kTwoByteString : WireTag::kOneByteString);
  out_.Varint(is_wide ? size / 2 : size);
  if (size > 0) std::memcpy(out_.Room(size), bytes, size);
  return true;
}

}  // namespace isolet
