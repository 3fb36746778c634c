#include "isolate/code_from_strings.h"

#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// Of the heap limit: 1.6 MB of text under the 50 MiB of a plugin.
constexpr size_t kLargestPart = 32;

v8::ModifyCodeGenerationFromStringsResult Judge(v8::Local<v8::Context>, v8::Local<v8::Value> source,
                                                bool) {
  const RuntimeThread& thread = RuntimeThread::Of(v8::Isolate::GetCurrent());
  const size_t most = thread.core().limits.max_heap_size / kLargestPart;
  const bool is_large =
      source->IsString() && static_cast<size_t>(source.As<v8::String>()->Length()) > most;
  return {!is_large, {}};
}

}  // namespace

void BoundCodeFromStrings(RuntimeThread& thread) {
  v8::Isolate* isolate = thread.isolate();
  v8::Local<v8::Context> context = thread.realm().context();
  context->SetErrorMessageForCodeGenerationFromStrings(
      Literal(isolate, "the text to compile is too large for the heap limit"));
  // What is allowed anyway is never asked about.
  context->AllowCodeGenerationFromStrings(false);
  isolate->SetModifyCodeGenerationFromStringsCallback(Judge);
}

}  // namespace isolet
