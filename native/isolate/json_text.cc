#include "isolate/json_text.h"

#include <cstdint>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// Of the heap limit: the text and what it says are in the heap together.
constexpr uint64_t kLargestPart = 2;
constexpr char kRefused[] = "JSON.parse(): the text is too large for the heap limit";

bool IsTooLarge(const RuntimeThread& thread, v8::Local<v8::String> text) {
  const uint64_t limit = thread.core().limits.max_heap_size;
  return limit != 0 && static_cast<uint64_t>(text->Length()) > limit / kLargestPart;
}

// JSON.parse(text, reviver)
void Parse(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  // As the original would: once, and by code of the plugin's.
  v8::Local<v8::String> text;
  if (!call[0]->ToString(call.context()).ToLocal(&text)) return;
  if (IsTooLarge(call.thread(), text)) return call.ThrowRangeError(kRefused);
  v8::Local<v8::Value> result;
  if (call.Forward({text, call[1]}).ToLocal(&result)) call.Return(result);
}

}  // namespace

v8::MaybeLocal<v8::Value> ParseJsonText(RuntimeThread& thread, v8::Local<v8::String> text) {
  if (IsTooLarge(thread, text)) {
    thread.isolate()->ThrowException(thread.realm().NewError("RangeError", kRefused));
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
