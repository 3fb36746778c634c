// Strings between V8 and bytes, over the three generations of V8's interface.
//
// Thread: any, always that of the isolate passed.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isolet {

// The old Write* are deprecated in V8 13 and gone in 14.
inline void CopyOneByte(v8::Isolate* isolate, v8::Local<v8::String> string, uint8_t* out) {
#if V8_MAJOR_VERSION >= 13
  string->WriteOneByteV2(isolate, 0, static_cast<uint32_t>(string->Length()), out);
#else
  string->WriteOneByte(isolate, out, 0, string->Length(), v8::String::NO_NULL_TERMINATION);
#endif
}

// `count` of its units from `start`, which it has.
inline void CopyUnits(v8::Isolate* isolate, v8::Local<v8::String> string, int start, int count,
                      uint16_t* out) {
#if V8_MAJOR_VERSION >= 13
  string->WriteV2(isolate, static_cast<uint32_t>(start), static_cast<uint32_t>(count), out);
#else
  string->Write(isolate, out, start, count, v8::String::NO_NULL_TERMINATION);
#endif
}

inline void CopyTwoByte(v8::Isolate* isolate, v8::Local<v8::String> string, uint16_t* out,
                        int length) {
  CopyUnits(isolate, string, 0, length, out);
}

// As it is, lone surrogates included.
inline std::u16string ToUtf16(v8::Isolate* isolate, v8::Local<v8::String> text) {
  std::u16string units(static_cast<size_t>(text->Length()), u'\0');
  CopyTwoByte(isolate, text, reinterpret_cast<uint16_t*>(units.data()), text->Length());
  return units;
}

// Of a string that V8 has held before, so that it can't fail.
inline v8::Local<v8::String> FromUtf16(v8::Isolate* isolate, const std::u16string& units) {
  return v8::String::NewFromTwoByte(isolate, reinterpret_cast<const uint16_t*>(units.data()),
                                    v8::NewStringType::kNormal, static_cast<int>(units.size()))
      .ToLocalChecked();
}

// Its first `length` units, which it has.
inline v8::Local<v8::String> Beginning(v8::Isolate* isolate, v8::Local<v8::String> text,
                                       int length) {
  std::vector<uint16_t> units(static_cast<size_t>(length));
  CopyTwoByte(isolate, text, units.data(), length);
  return v8::String::NewFromTwoByte(isolate, units.data(), v8::NewStringType::kNormal, length)
      .ToLocalChecked();
}

// For names and messages of ours: short, ASCII, so that it can't fail.
inline v8::Local<v8::String> Literal(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kInternalized,
                                 static_cast<int>(text.size()))
      .ToLocalChecked();
}

// For text of unknown length and origin: empty where V8 can't hold it.
inline v8::Local<v8::String> Text(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                                 static_cast<int>(text.size()))
      .FromMaybe(v8::Local<v8::String>(v8::String::Empty(isolate)));
}

inline std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> string) {
  v8::String::Utf8Value utf8(isolate, string);
  return {*utf8, static_cast<size_t>(utf8.length())};
}

}  // namespace isolet
