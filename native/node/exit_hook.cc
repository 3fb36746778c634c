#include "node/exit_hook.h"

#include <node.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>

#include "isolate/process.h"
#include "isolate/v8_strings.h"
#include "node/environment.h"

namespace isolet {
namespace {

constexpr Nanos kHaltPatience = 200 * kMillisecond;

// What exit() would do, but for destructors and V8's end.
[[noreturn]] void LeaveAtOnce(int code) {
  std::fflush(nullptr);
  uv_tty_reset_mode();
  std::_Exit(code);
}

}  // namespace

void ExitHook::Register(Environment& environment) {
  node::AtExit(node::GetCurrentEnvironment(environment.realm().context()), Run,
               new ExitHook(environment));
}

ExitHook::ExitHook(Environment& environment)
    : isolate_(environment.isolate()), environment_(environment.weak_from_this()) {
  v8::Local<v8::Context> context = environment.realm().context();
  context_.Reset(isolate_, context);
  v8::Local<v8::Value> process;
  if (context->Global()->Get(context, Literal(isolate_, "process")).ToLocal(&process) &&
      process->IsObject()) {
    process_.Reset(isolate_, process.As<v8::Object>());
  }
}

void ExitHook::Run(void* hook) {
  const std::unique_ptr<ExitHook> self(static_cast<ExitHook*>(hook));
  if (std::shared_ptr<Environment> environment = self->environment_.lock()) {
    environment->HaltRuntimes();
  }
  // V8 can't be taken down around an isolate that was given up, nor around a thread in a
  // builtin that looks at no interrupt, whichever environment it belonged to. Of those that
  // end meanwhile, one may find out that V8 can't.
  const Process& process = Process::Get();
  if (!process.live.AllEndIn(kHaltPatience) || !process.v8_can_end) LeaveAtOnce(self->ExitCode());
}

int ExitHook::ExitCode() const {
  if (process_.IsEmpty()) return EXIT_FAILURE;
  v8::HandleScope handles(isolate_);
  v8::Local<v8::Object> process = process_.Get(isolate_);
  v8::Local<v8::Context> context = context_.Get(isolate_);
  v8::Context::Scope entered(context);
  v8::TryCatch try_catch(isolate_);
  // exitCode is a getter, and Node forbids JavaScript while it frees an environment.
  v8::Isolate::AllowJavascriptExecutionScope allowed(isolate_);
  v8::Local<v8::Value> code;
  if (!process->Get(context, Literal(isolate_, "exitCode")).ToLocal(&code)) return EXIT_FAILURE;
  return code->Int32Value(context).FromMaybe(EXIT_FAILURE);
}

}  // namespace isolet
