#include "isolate/primitive_reader.h"

#include <cstring>
#include <vector>

namespace isolet {

bool PrimitiveReader::Read(WireTag tag, v8::Local<v8::Value>* value) {
  switch (tag) {
    case WireTag::kUndefined:
      *value = v8::Undefined(isolate_);
      return true;
    case WireTag::kNull:
      *value = v8::Null(isolate_);
      return true;
    case WireTag::kTrue:
      *value = v8::True(isolate_);
      return true;
    case WireTag::kFalse:
      *value = v8::False(isolate_);
      return true;
    case WireTag::kInt32: {
      int32_t number = 0;
      if (!in_->Int32(&number)) return false;
      *value = v8::Integer::New(isolate_, number);
      return true;
    }
    case WireTag::kDouble: {
      double number = 0;
      if (!in_->Double(&number)) return false;
      *value = v8::Number::New(isolate_, number);
      return true;
    }
    case WireTag::kBigInt:
      return ReadBigInt(value);
    case WireTag::kOneByteString:
    case WireTag::kTwoByteString: {
      v8::Local<v8::String> string;
      if (!ReadString(tag).ToLocal(&string)) return false;
      *value = string;
      return true;
    }
    default:
      return false;
  }
}

v8::MaybeLocal<v8::String> PrimitiveReader::ReadString(WireTag tag) {
  uint32_t length = 0;
  const uint8_t* bytes = nullptr;
  if (!in_->Varint32(&length)) return {};
  if (tag == WireTag::kOneByteString) {
    if (!in_->Bytes(length, &bytes) || length > INT32_MAX) return {};
    return v8::String::NewFromOneByte(isolate_, bytes, v8::NewStringType::kNormal,
                                      static_cast<int>(length));
  }
  if (tag != WireTag::kTwoByteString) return {};
  if (!in_->Bytes(uint64_t{length} * 2, &bytes) || length > INT32_MAX) return {};
  const auto* units = reinterpret_cast<const uint16_t*>(bytes);
  std::vector<uint16_t> aligned;
  if ((reinterpret_cast<uintptr_t>(bytes) & 1U) != 0) {
    aligned.resize(length);
    if (length > 0) std::memcpy(aligned.data(), bytes, size_t{length} * 2);
    units = aligned.data();
  }
  return v8::String::NewFromTwoByte(isolate_, units, v8::NewStringType::kNormal,
                                    static_cast<int>(length));
}

bool PrimitiveReader::ReadBigInt(v8::Local<v8::Value>* value) {
  uint8_t sign = 0;
  uint32_t words = 0;
  const uint8_t* bytes = nullptr;
  if (!in_->Byte(&sign) || !in_->Varint32(&words) || !in_->Bytes(uint64_t{words} * 8, &bytes)) {
    return false;
  }
  std::vector<uint64_t> digits(words);
  if (words > 0) std::memcpy(digits.data(), bytes, digits.size() * 8);
  v8::Local<v8::BigInt> result;
  if (!v8::BigInt::NewFromWords(isolate_->GetCurrentContext(), sign != 0 ? 1 : 0,
                                static_cast<int>(words), digits.data())
           .ToLocal(&result)) {
    return false;
  }
  *value = result;
  return true;
}

}  // namespace isolet
