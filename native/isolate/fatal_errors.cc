#include "isolate/fatal_errors.h"

#include <v8.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "isolate/heap_guard.h"
#include "isolate/realm_snapshot.h"

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

// Of ToHandleChecked, in two generations of V8; of UNREACHABLE; and of a collection that begins
// deeper in native code than V8 13 lets JavaScript go, which a plugin can bring about: see
// DeepReserve.
constexpr std::array<std::string_view, 4> kFailedAssumptions = {
    "Check failed: (location_) != nullptr", "Check failed: !is_null()", "unreachable code",
    "Check failed: isolate_->IsOnCentralStack()"};

// Returns where the error is not to be survived, or not on this thread. On Windows only V8 13 has
// a hook that asks.
[[maybe_unused]] void Survive(std::string_view message) {
  RealmSnapshot::FailIfWriting(message);
  if (message.find("invalid size error") != std::string_view::npos) HeapGuard::InvalidSize();
  if (std::ranges::any_of(kFailedAssumptions,
                          [&](std::string_view known) { return message.starts_with(known); })) {
    HeapGuard::FailedAssumption();
  }
}

#if V8_MAJOR_VERSION == 13

void OnFatal(const char* /*file*/, int /*line*/, const char* message) {
  if (message != nullptr) Survive(message);
}

#elif ISOLET_HOOKS_STACK_PRINTING

// V8_Fatal has its message on its stack, between two marks, for readers of crash dumps
// (FailureMessage in src/base/logging.cc, V8 11.3, 12.4 and 14.6).
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
__attribute__((no_sanitize("address"))) void SurviveMessage(const void* frame) {
  for (size_t offset = 0; offset < kFarthest; offset += sizeof(uintptr_t)) {
    const auto* found =
        reinterpret_cast<const volatile FailureMessage*>(static_cast<const char*>(frame) + offset);
    if (found->start != kStart || found->end != kEnd) continue;
    char text[sizeof(FailureMessage::text)];
    for (size_t i = 0; i < sizeof(text); ++i) text[i] = found->text[i];
    text[sizeof(text) - 1] = '\0';
    return Survive(text);
  }
}

#if V8_MAJOR_VERSION >= 14

// V8 14 has a function of its own for what is no sign of a corrupt state, of which invalid
// sizes are the only one; it is told by where the hook was called from.
constexpr ptrdiff_t kLengthOfFunction = 512;

bool IsInvalidSize(const void* caller) {
  const auto* function = reinterpret_cast<const char*>(&v8::base::FatalNoSecurityImpact);
  if (function == nullptr) return false;
  const ptrdiff_t offset = static_cast<const char*>(caller) - function;
  return offset > 0 && offset < kLengthOfFunction;
}

#endif

__attribute__((noinline)) void OnFatal() {
#if V8_MAJOR_VERSION >= 14
  if (IsInvalidSize(__builtin_return_address(0))) HeapGuard::InvalidSize();
#endif
  SurviveMessage(__builtin_frame_address(0));
  // What Node's own hook does, which this one replaces.
  if (node::DumpNativeBacktrace == nullptr) return;
  std::fputs("\n----- Native stack trace -----\n\n", stderr);
  node::DumpNativeBacktrace(stderr);
}

#endif

// ToLocalChecked, FromJust and the like, as this addon calls them.
void OnMisuse(const char* location, const char* message) {
  RealmSnapshot::FailIfWriting(message);
  HeapGuard::FailedAssumption();
  std::fprintf(stderr, "FATAL ERROR: %s %s\n", location, message);
  std::abort();
}

}  // namespace

void SurviveFatalErrors(v8::Isolate* isolate) {
  isolate->SetFatalErrorHandler(OnMisuse);
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
