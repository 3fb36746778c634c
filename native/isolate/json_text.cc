#include "isolate/json_text.h"

#include <cstdint>

#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// Of the heap limit: the text and what it says are in the heap together.
constexpr uint64_t kLargestPart = 2;
constexpr char kRefused[] = "JSON.parse(): the text is too large for the heap limit";

// JSON.parse(text, reviver)
void Parse(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  // As the original would: once, and by code of the plugin's.
  v8::Local<v8::String> text;
  if (!call[0]->ToString(call.context()).ToLocal(&text)) return;
  const uint64_t most = call.thread().core().limits.max_heap_size / kLargestPart;
  if (static_cast<uint64_t>(text->Length()) > most) return call.ThrowRangeError(kRefused);
  v8::Local<v8::Value> result;
  if (call.Forward({text, call[1]}).ToLocal(&result)) call.Return(result);
}

}  // namespace

void BoundJsonText(RuntimeThread& thread, IntrinsicOverrides& overrides) {
  v8::Local<v8::Context> context = thread.realm().context();
  v8::Local<v8::Value> json =
      context->Global()->Get(context, Literal(thread.isolate(), "JSON")).ToLocalChecked();
  overrides.Method(json.As<v8::Object>(), "parse", Parse);
}

}  // namespace isolet
