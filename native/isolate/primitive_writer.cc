#include "isolate/primitive_writer.h"

#include <cstring>
#include <vector>

#include "isolate/v8_strings.h"

namespace isolet {

bool PrimitiveWriter::Write(v8::Local<v8::Value> value) {
  if (value->IsInt32()) {
    out_->Tag(WireTag::kInt32);
    out_->Int32(value.As<v8::Int32>()->Value());
    return true;
  }
  if (value->IsNumber()) {
    out_->Tag(WireTag::kDouble);
    out_->Double(value.As<v8::Number>()->Value());
    return true;
  }
  if (value->IsString()) return WriteString(value.As<v8::String>());
  if (value->IsObject()) return false;
  if (value->IsUndefined()) {
    out_->Tag(WireTag::kUndefined);
  } else if (value->IsNull()) {
    out_->Tag(WireTag::kNull);
  } else if (value->IsTrue()) {
    out_->Tag(WireTag::kTrue);
  } else if (value->IsFalse()) {
    out_->Tag(WireTag::kFalse);
  } else if (value->IsBigInt()) {
    if (!meter_->HasRoom(static_cast<size_t>(value.As<v8::BigInt>()->WordCount()) * 8))
      return false;
    WriteBigInt(value.As<v8::BigInt>());
  } else {
    return false;
  }
  return true;
}

bool PrimitiveWriter::WriteString(v8::Local<v8::String> string) {
  auto length = static_cast<uint32_t>(string->Length());
  if (string->IsOneByte()) {
    if (!meter_->HasRoom(length)) return false;
    out_->Tag(WireTag::kOneByteString);
    out_->Varint(length);
    CopyOneByte(isolate_, string, out_->Room(length));
    return true;
  }
  if (!meter_->HasRoom(size_t{length} * 2)) return false;
  out_->Tag(WireTag::kTwoByteString);
  out_->Varint(length);
  uint8_t* room = out_->Room(size_t{length} * 2);
  if ((reinterpret_cast<uintptr_t>(room) & 1U) == 0) {
    CopyTwoByte(isolate_, string, reinterpret_cast<uint16_t*>(room), string->Length());
  } else {
    std::vector<uint16_t> units(length);
    CopyTwoByte(isolate_, string, units.data(), string->Length());
    if (length > 0) std::memcpy(room, units.data(), size_t{length} * 2);
  }
  return true;
}

void PrimitiveWriter::WriteBigInt(v8::Local<v8::BigInt> value) {
  int words = value->WordCount();
  std::vector<uint64_t> digits(static_cast<size_t>(words));
  int sign = 0;
  value->ToWordsArray(&sign, &words, digits.data());
  out_->Tag(WireTag::kBigInt);
  out_->Byte(static_cast<uint8_t>(sign));
  out_->Varint(static_cast<uint32_t>(words));
  if (words > 0) std::memcpy(out_->Room(digits.size() * 8), digits.data(), digits.size() * 8);
}

}  // namespace isolet
