#include "isolate/fatal_errors.h"

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string_view>

#include "isolate/heap_guard.h"

// V8 13 (Node 24) has a public hook that gets the message. Before, and again in V8 14, the
// only one on the way is that for printing the stack, which no header declares.
#if V8_MAJOR_VERSION != 13 && !defined(_WIN32)
#define ISOLET_HOOKS_STACK_PRINTING 1
#else
#define ISOLET_HOOKS_STACK_PRINTING 0
#endif

#if ISOLET_HOOKS_STACK_PRINTING
namespace v8::base {
__attribute__((weak)) void SetPrintStackTrace(void (*print_stack_trace)());
__attribute__((weak)) void FatalNoSecurityImpact(const char* format, ...);
}  // namespace v8::base
namespace node {
__attribute__((weak)) void DumpNativeBacktrace(FILE* file);
}  // namespace node
#endif

namespace isolet {
namespace {

#if V8_MAJOR_VERSION < 14

bool IsInvalidSize(std::string_view message) {
  return message.find("invalid size error") != std::string_view::npos;
}

#endif

#if V8_MAJOR_VERSION == 13

void OnFatal(const char* /*file*/, int /*line*/, const char* message) {
  if (message != nullptr && IsInvalidSize(message)) HeapGuard::InvalidSize();
}

#elif ISOLET_HOOKS_STACK_PRINTING

#if V8_MAJOR_VERSION < 13

// V8_Fatal has its message on its stack, between two marks, for readers of crash dumps
// (FailureMessage in src/base/logging.cc, V8 11.3 and 12.4).
struct FailureMessage {
  uintptr_t start;
  char text[512];
  uintptr_t end;
};
constexpr uintptr_t kStart = 0xdecade10;
constexpr uintptr_t kEnd = 0xdecade11;
// Bytes from here to V8_Fatal's frame, generously; there are more frames beyond.
constexpr size_t kFarthest = 2048;

// Reads frames that are not its own, which AddressSanitizer would report.
__attribute__((no_sanitize("address"))) bool IsInvalidSize(const void* frame,
                                                           const void* /*caller*/) {
  for (size_t offset = 0; offset < kFarthest; offset += sizeof(uintptr_t)) {
    const auto* found =
        reinterpret_cast<const volatile FailureMessage*>(static_cast<const char*>(frame) + offset);
    if (found->start != kStart || found->end != kEnd) continue;
    char text[sizeof(FailureMessage::text)];
    for (size_t i = 0; i < sizeof(text); ++i) text[i] = found->text[i];
    text[sizeof(text) - 1] = '\0';
    return IsInvalidSize(text);
  }
  return false;
}

#else

// V8 14 has a function of its own for what is no sign of a corrupt state, of which this is
// the only one; it is told by where the hook was called from.
constexpr ptrdiff_t kLengthOfFunction = 512;

bool IsInvalidSize(const void* /*frame*/, const void* caller) {
  const auto* function = reinterpret_cast<const char*>(&v8::base::FatalNoSecurityImpact);
  if (function == nullptr) return false;
  const ptrdiff_t offset = static_cast<const char*>(caller) - function;
  return offset > 0 && offset < kLengthOfFunction;
}

#endif

__attribute__((noinline)) void OnFatal() {
  if (IsInvalidSize(__builtin_frame_address(0), __builtin_return_address(0))) {
    HeapGuard::InvalidSize();
  }
  // What Node's own hook does, which this one replaces.
  if (node::DumpNativeBacktrace == nullptr) return;
  std::fputs("\n----- Native stack trace -----\n\n", stderr);
  node::DumpNativeBacktrace(stderr);
}

#endif

}  // namespace

void SurviveInvalidSizes() {
  static std::once_flag once;
  std::call_once(once, [] {
#if V8_MAJOR_VERSION == 13
    v8::V8::SetFatalErrorHandler(OnFatal);
#elif ISOLET_HOOKS_STACK_PRINTING
    if (v8::base::SetPrintStackTrace != nullptr) v8::base::SetPrintStackTrace(OnFatal);
#endif
  });
}

}  // namespace isolet
