#include "isolate/code_from_strings.h"

#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Of the heap limit: 1.6 MB of text under the 50 MiB of a plugin.
constexpr size_t kLargestPart = 32;

constexpr char kRefused[] = "the text to compile is too large for the heap limit";

bool IsLarge(const RuntimeThread& thread, v8::Local<v8::String> text) {
  return static_cast<size_t>(text->Length()) > thread.core().limits.max_heap_size / kLargestPart;
}

v8::ModifyCodeGenerationFromStringsResult Judge(v8::Local<v8::Context>, v8::Local<v8::Value> source,
                                                bool) {
  const RuntimeThread& thread = RuntimeThread::Of(v8::Isolate::GetCurrent());
  return {!source->IsString() || !IsLarge(thread, source.As<v8::String>()), {}};
}

}  // namespace

void BoundCodeFromStrings(RuntimeThread& thread) {
  v8::Isolate* isolate = thread.isolate();
  v8::Local<v8::Context> context = thread.realm().context();
  context->SetErrorMessageForCodeGenerationFromStrings(Literal(isolate, kRefused));
  // What is allowed anyway is never asked about.
  context->AllowCodeGenerationFromStrings(false);
  isolate->SetModifyCodeGenerationFromStringsCallback(Judge);
}

bool AdmitCodeFromString(RuntimeThread& thread, v8::Local<v8::String> text) {
  if (thread.core().limits.max_heap_size == 0 || !IsLarge(thread, text)) return true;
  thread.isolate()->ThrowException(thread.realm().NewError("EvalError", kRefused));
  return false;
}

}  // namespace isolet
