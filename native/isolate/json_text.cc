#include "isolate/json_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "shared/json_parts.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// Of the heap limit: the text and what it says are in the heap together.
constexpr uint64_t kLargestPart = 2;
constexpr char kRefused[] = "JSON.parse(): the text is too large for the heap limit";
// What the parser may hold of the text beside the heap.
constexpr uint64_t kTimesLimitForParts = 2;
// That of a text shorter than this part of the limit is less at worst.
constexpr uint64_t kPartOfShortText = 64;
constexpr char kTooManyParts[] =
    "JSON.parse(): the text is too deep, or has too many parts, for the heap limit";

bool IsTooLarge(const RuntimeThread& thread, v8::Local<v8::String> text) {
  const uint64_t limit = thread.core().limits.max_heap_size;
  return limit != 0 && static_cast<uint64_t>(text->Length()) > limit / kLargestPart;
}

bool HasTooManyParts(const RuntimeThread& thread, v8::Local<v8::String> text) {
  const uint64_t limit = thread.core().limits.max_heap_size;
  const int length = text->Length();
  if (limit == 0 || static_cast<uint64_t>(length) <= limit / kPartOfShortText) return false;
  JsonParts parts(limit * kTimesLimitForParts);
  std::array<uint16_t, 4096> piece{};
  for (int at = 0; at < length && !thread.Stopping();) {
    const int count = std::min(length - at, static_cast<int>(piece.size()));
    CopyUnits(thread.isolate(), text, at, count, piece.data());
    if (!parts.Read(piece.data(), static_cast<size_t>(count))) return true;
    at += count;
  }
  return false;
}

// Null: none.
const char* WhyRefused(const RuntimeThread& thread, v8::Local<v8::String> text) {
  if (IsTooLarge(thread, text)) return kRefused;
  return HasTooManyParts(thread, text) ? kTooManyParts : nullptr;
}

// JSON.parse(text, reviver)
void Parse(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  // As the original would: once, and by code of the plugin's.
  v8::Local<v8::String> text;
  if (!call[0]->ToString(call.context()).ToLocal(&text)) return;
  if (const char* why = WhyRefused(call.thread(), text)) return call.ThrowRangeError(why);
  v8::Local<v8::Value> result;
  if (call.Forward({text, call[1]}).ToLocal(&result)) call.Return(result);
}

}  // namespace

v8::MaybeLocal<v8::Value> ParseJsonText(RuntimeThread& thread, v8::Local<v8::String> text) {
  if (const char* why = WhyRefused(thread, text)) {
    thread.isolate()->ThrowException(thread.realm().NewError("RangeError", why));
    return {};
  }
  return v8::JSON::Parse(thread.realm().context(), text);
}

void BoundJsonText(RuntimeThread& thread, IntrinsicOverrides& overrides) {
  v8::Local<v8::Context> context = thread.realm().context();
  v8::Local<v8::Value> json =
      context->Global()->Get(context, Literal(thread.isolate(), "JSON")).ToLocalChecked();
  overrides.Method(json.As<v8::Object>(), "parse", Parse);
}

void ListJsonText(ExternalReferences& references) { references.Add(Parse); }

}  // namespace isolet
