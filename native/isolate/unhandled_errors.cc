#include "isolate/unhandled_errors.h"

#include <memory>
#include <utility>

#include "isolate/exception_report.h"
#include "isolate/runtime_thread.h"

namespace isolet {
namespace {

// Promises that one turn keeps to look at again; more are taken for unhandled at once.
constexpr size_t kMostLookedAt = 1000;
// Reports under way that the host has not taken yet; more are only counted.
constexpr int kMostUnderWay = 64;

}  // namespace

UnhandledErrors::UnhandledErrors(RuntimeThread& thread) : thread_(thread) {
  thread_.isolate()->SetPromiseRejectCallback(OnRejection);
  // Without a listener V8 prints what nobody catches to the host's stdout, such as what
  // a finalization callback throws.
  thread_.isolate()->AddMessageListener(OnUncaught);
}

UnhandledErrors::~UnhandledErrors() {
  thread_.isolate()->SetPromiseRejectCallback(nullptr);
  thread_.isolate()->RemoveMessageListeners(OnUncaught);
}

void UnhandledErrors::OnRejection(v8::PromiseRejectMessage message) {
  if (message.GetEvent() != v8::kPromiseRejectWithNoHandler) return;
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  RuntimeThread::Of(isolate).unhandled().Note(message.GetPromise());
}

void UnhandledErrors::Note(v8::Local<v8::Promise> promise) {
  if (rejected_.size() < kMostLookedAt) {
    rejected_.emplace_back(thread_.isolate(), promise);
  } else {
    thread_.core().figures.unhandled_rejections.Add(1);
  }
}

void UnhandledErrors::OnUncaught(v8::Local<v8::Message> message, v8::Local<v8::Value> exception) {
  RuntimeThread& thread = RuntimeThread::Of(v8::Isolate::GetCurrent());
  if (thread.Stopping()) return;
  thread.unhandled().Report(exception, message);
}

void UnhandledErrors::EndOfTurn() {
  if (rejected_.empty()) return;
  v8::HandleScope handles(thread_.isolate());
  bool stopped = thread_.Stopping();
  for (const v8::Global<v8::Promise>& global : std::exchange(rejected_, {})) {
    v8::Local<v8::Promise> promise = global.Get(thread_.isolate());
    if (promise->HasHandler()) continue;
    if (stopped) {
      thread_.core().figures.unhandled_rejections.Add(1);
    } else {
      stopped = !Report(promise->Result(), {});
    }
  }
}

bool UnhandledErrors::Count() {
  RuntimeCore& core = thread_.core();
  core.figures.unhandled_rejections.Add(1);
  return core.limits.reports_unhandled &&
         core.reports_under_way.load(std::memory_order_relaxed) < kMostUnderWay;
}

bool UnhandledErrors::Report(v8::Local<v8::Value> exception, v8::Local<v8::Message> message) {
  if (!Count()) return true;
  Failure failure;
  if (!ReportException(thread_, exception, message, &failure)) return false;
  Post(std::move(failure));
  return true;
}

void UnhandledErrors::Tell(Failure failure) {
  if (Count()) Post(std::move(failure));
}

void UnhandledErrors::Post(Failure failure) {
  Message report;
  report.kind = MessageKind::kUnhandled;
  report.failure = std::make_unique<Failure>(std::move(failure));
  thread_.core().reports_under_way.fetch_add(1, std::memory_order_relaxed);
  thread_.core().channel.PostToHost(std::move(report));
}

}  // namespace isolet
