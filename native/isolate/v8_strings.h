// Strings between V8 and bytes, over the three generations of V8's interface.
//
// Thread: any, always that of the isolate passed.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace isolet {

// The old Write* are deprecated in V8 13 and gone in 14.
inline void CopyOneByte(v8::Isolate* isolate, v8::Local<v8::String> string, uint8_t* out) {
#if V8_MAJOR_VERSION >= 13
  string->WriteOneByteV2(isolate, 0, static_cast<uint32_t>(string->Length()), out);
#else
  string->WriteOneByte(isolate, out, 0, string->Length(), v8::String::NO_NULL_TERMINATION);
#endif
}

inline void CopyTwoByte(v8::Isolate* isolate, v8::Local<v8::String> string, uint16_t* out,
                        int length) {
#if V8_MAJOR_VERSION >= 13
  string->WriteV2(isolate, 0, static_cast<uint32_t>(length), out);
#else
  string->Write(isolate, out, 0, length, v8::String::NO_NULL_TERMINATION);
#endif
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
