#include "isolate/runtime_thread.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "isolate/exception_report.h"
#include "isolate/isolate_factory.h"
#include "isolate/script_compiler.h"
#include "isolate/v8_strings.h"
#include "shared/free_memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define ISOLET_ASAN 1
#endif

namespace isolet {
namespace {

// More than this many threads of ended runtimes are waited for; more than that many,
// none of which ends, are too many.
constexpr int64_t kMostEnding = 32;
constexpr int64_t kMostStuck = 128;
constexpr int64_t kMostLost = 64;
constexpr Nanos kEndingPatience = 200 * kMillisecond;
constexpr size_t kDefaultStackSize = size_t{2} << 20;
// What V8 leaves to native code below the limit that it checks in JavaScript;
// Node's workers keep as much (kStackBufferSize).
#if defined(ISOLET_ASAN)
// AddressSanitizer's frames are several times as large.
constexpr size_t kNativeReserve = size_t{640} << 10;
constexpr size_t kSanitizerExtra = size_t{1} << 20;
#else
constexpr size_t kNativeReserve = size_t{192} << 10;
constexpr size_t kSanitizerExtra = 0;
#endif

// V8's C++ follows some chains by recursion without a look at the stack: the evals that an eval
// was in, the prototypes that depend on one, the modules that re-export one another. Each link
// is of the heap, and takes at least four times as much there, the most that one may take in
// dying included. Nothing of it is touched before.
constexpr size_t kHeapOfDying = size_t{64} << 20;
constexpr size_t kMostReserve = size_t{256} << 20;

size_t DeepReserve(const RuntimeLimits& limits) {
  if (limits.max_heap_size == 0) return kMostReserve;
  return std::min((limits.max_heap_size + kHeapOfDying) / 4, kMostReserve);
}

size_t StackSize(const RuntimeLimits& limits) {
  return (limits.stack_size != 0 ? limits.stack_size : kDefaultStackSize) + kSanitizerExtra;
}

// Threads of runtimes that have ended go by themselves, one after another. False: too
// many are stuck, or lost, for another to be added.
bool AwaitEnding(LiveCounts& live) {
  auto ending = [&] { return live.threads() - live.runtimes.load(std::memory_order_relaxed); };
  while (ending() > kMostEnding) {
    const int64_t before = ending();
    const int64_t fewer = live.runtimes.load(std::memory_order_relaxed) + before - 1;
    if (!live.WaitForThreads(fewer, kEndingPatience) && before > kMostStuck) return false;
    if (ending() >= before) break;
  }
  return live.lost.load(std::memory_order_relaxed) < kMostLost;
}

}  // namespace

// Without data: none.
v8::StartupData RuntimeThread::StartupDataOf(const RuntimeCore& core) {
  if (core.snapshot == nullptr || core.snapshot->blob.empty()) return {nullptr, 0};
  return {core.snapshot->blob.data(), static_cast<int>(core.snapshot->blob.size())};
}

struct RuntimeThread::Beginning {
  std::shared_ptr<RuntimeCore> core;
  AddressSpace::Claim claim;
};

std::string RuntimeThread::Start(const std::shared_ptr<RuntimeCore>& core) {
  LiveCounts& live = Process::Get().live;
  live.runtimes.fetch_add(1, std::memory_order_relaxed);
  // Close() does not wait for a thread's end: whoever makes and closes runtimes in
  // a loop would otherwise pile up threads by the thousand.
  if (!AwaitEnding(live)) return "too many threads of ended runtimes are stuck";
  ThreadOptions options;
  options.name = core->limits.name;
  options.stack_size = StackSize(core->limits) + DeepReserve(core->limits);
  const v8::StartupData startup_data = StartupDataOf(*core);
  std::optional<AddressSpace::Claim> claim = Process::Get().address_space.TryClaim(
      options.stack_size + AddressSpaceFor(core->limits, &startup_data), live.threads());
  if (!claim) return "the system has no address space left for another";
  auto argument = std::make_unique<Beginning>(Beginning{core, *std::move(claim)});
  live.ThreadStarted();
  const int error = StartDetachedThread(options, Main, argument.get());
  if (error != 0) {
    live.ThreadEnded();
    return std::string("the system refused a thread: ") + std::strerror(error);
  }
  static_cast<void>(argument.release());
  return "";
}

RuntimeThread*& RuntimeThread::Current() {
  // Not V8's current isolate: it has none while one is disposed of.
  static thread_local RuntimeThread* current = nullptr;
  return current;
}

void RuntimeThread::Main(void* argument) {
  std::unique_ptr<Beginning> beginning(static_cast<Beginning*>(argument));
  std::shared_ptr<RuntimeCore> core = beginning->core;
  core->ThreadStarted(ThreadClock::ForCurrentThread());
  {
    const LargeCopies::User user(Process::Get().large_copies);
    RuntimeThread thread(std::move(*beginning));
    beginning.reset();
    Current() = &thread;
    thread.Live();
    Current() = nullptr;
  }
  core->ThreadEnded();
  core.reset();
  Process::Get().live.ThreadEnded();
}

RuntimeThread::RuntimeThread(Beginning&& beginning)
    : core_(std::move(beginning.core)),
      claim_(std::move(beginning.claim)),
      cpu_clock_(ThreadClock::ForCurrentThread()),
      timer_(Process::Get().watchdog, cpu_clock_, kWatchdogActions, core_.get()),
      startup_data_(StartupDataOf(*core_)) {}

void RuntimeThread::OnDeadline(void* core_pointer) {
  auto* core = static_cast<RuntimeCore*>(core_pointer);
  core->terminator.Terminate();
  // It may be waiting for a host call.
  core->channel.WakeRuntime();
}

void RuntimeThread::OnOverrun(void* core_pointer, const Expiry& expiry) {
  auto* core = static_cast<RuntimeCore*>(core_pointer);
  core->overrun.Begin(expiry);
  core->channel.WakeHost();
}

// A builtin that never looks at interrupts: the thread is left behind, to free
// itself when it comes back.
void RuntimeThread::OnLost(void* core, const Expiry& expiry) {
  static_cast<RuntimeCore*>(core)->Die(TimeoutFailure(expiry));
}

void RuntimeThread::FailStart(const char* what) {
  Failure failure;
  failure.kind = FailureKind::kStartFailed;
  failure.text = what;
  core_->Die(std::move(failure));
}

void RuntimeThread::Live() {
  if (core_->limits.call.wall != kNever || core_->limits.call.cpu != kNever) {
    if (!Process::Get().watchdog.EnsureStarted()) {
      return FailStart("the system has no thread left for the watchdog");
    }
  }
  RuntimeCore* core = core_.get();
  tasks_ = std::make_shared<TaskQueue>([core] { core->channel.WakeRuntime(); });
  allocator_ = std::make_shared<BufferAllocator>(core_->budget);
  {
    std::lock_guard lock(Process::Get().isolate_lifecycle);
    // Closed while it waited for its turn: nothing to make.
    if (core_->dying()) return;
    const IsolateParts parts{core_->platform, allocator_, tasks_, StartupData()};
    if (core_->builds_snapshot) {
      isolate_ = snapshot_.emplace(*this).CreateIsolateLocked(parts, core_->limits);
    } else {
      isolate_ = CreateIsolateLocked(parts, core_->limits);
    }
  }
  if (isolate_ == nullptr) return FailStart("V8 has no memory left for an isolate");
  isolate_->SetData(kDataSlot, this);
  // Not from its low end: it may be that of an ended thread, and larger.
  stack_limit_ = CurrentThreadStack().high - StackSize(core_->limits) + kNativeReserve;
  isolate_->SetStackLimit(stack_limit_);
  {
    v8::Isolate::Scope entered(isolate_);
    // Around the jump: its destructor frees the handles of the frames that are left.
    v8::HandleScope handles(isolate_);
    if (setjmp(live_) == 0) {
      RunIsolate();
    } else {
      CleanUpAfterLeaving();
    }
  }
  if (IsDone()) snapshot_->Finish();
  if (snapshot_) {
    timer_.Disarm();
    snapshot_->LetGo();
  }
  DisposeIsolate(core_->platform, isolate_);
  // Again: disposal still posts.
  tasks_->Close();
  heap_guard_.reset();
  Process::Get().large_copies.ReturnKept();
  if (core_->dying() && core_->DeathReason().kind == FailureKind::kHeapLimit) ReturnFreeMemory();
  ReturnFreeMemoryOfThread();
}

bool RuntimeThread::HasStack(size_t bytes) const {
#if defined(_MSC_VER)  // untested
  const auto here = reinterpret_cast<uintptr_t>(_AddressOfReturnAddress());
#else
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
#endif
  return here > stack_limit_ + bytes;
}

const v8::StartupData* RuntimeThread::StartupData() const {
  return startup_data_.data != nullptr ? &startup_data_ : nullptr;
}

void RuntimeThread::RunIsolate() {
  if (!BeginRealm()) return ForgetIsolate();
  claim_.reset();
  unhandled_.emplace(*this);
  modules_.emplace(*this);
  if (core_->limits.enable_timers) timers_.emplace(*this).Install();
  if (core_->console_handler != 0) console_.emplace(*this).Install();
  functions_.emplace(*this);
  host_calls_.emplace(*this);
  pending_.emplace(*this);
  evaluator_.emplace(*this);
  loop_.emplace(*this, *tasks_);
  core_->terminator.Attach(isolate_);
  // A death that came before the isolate had nothing to terminate.
  if (!core_->dying()) RunBootstrap();
  SetInnermost(nullptr);
  loop_->Run();
  core_->EnterPhase(RuntimeCore::Phase::kComputing);
  if (IsDone() && !core_->dying()) KeepRealm();
  core_->terminator.Detach();
  isolate_->CancelTerminateExecution();
  realm_->context()->Exit();
  ForgetIsolate();
}

// What no termination reaches, the watchdog gives up.
void RuntimeThread::KeepRealm() {
  CallScope::Limits limits = CallScope::LimitsFrom(*this, core_->limits.call, 0);
  limits.wall.call = limits.cpu.call = snapshot_->asked();
  static_cast<void>(timer_.Arm(limits.wall, limits.cpu));
  snapshot_->Keep();
}

void RuntimeThread::CleanUpAfterLeaving() {
  core_->terminator.Detach();
  timer_.Disarm();
  // The scopes were on frames that are gone.
  SetInnermost(nullptr);
  ForgetIsolate();
}

void RuntimeThread::ForgetIsolate() {
  if (heap_guard_) heap_guard_->LetGo();
  tasks_->Discard();
  loop_.reset();
  evaluator_.reset();
  pending_.reset();
  host_calls_.reset();
  functions_.reset();
  console_.reset();
  timers_.reset();
  streams_.reset();
  modules_.reset();
  unhandled_.reset();
  intl_.Reset();
  overrides_.reset();
  wasm_stacks_.reset();
  charges_.reset();
  promise_species_.reset();
  realm_.reset();
}

void RuntimeThread::Leave() {
#if V8_MAJOR_VERSION >= 14
  // The token that it took from the engine's barrier (OperationsBarrier, in V8 14) is on a
  // frame that is left, and V8 would wait for it at its end.
  if (engine_works_ > 0) Process::Get().v8_can_end.store(false, std::memory_order_relaxed);
#endif
#if defined(_WIN32)  // untested
  // With a frame it would run the destructors of those that are left, and find its way through
  // code that V8 has made.
  reinterpret_cast<_JUMP_BUFFER*>(&live_)->Frame = 0;
#endif
  std::longjmp(live_, 1);
}

void RuntimeThread::RunBootstrap() {
  const bool is_replayed = core_->snapshot != nullptr && core_->snapshot->blob.empty();
  if (core_->bootstrap.empty() && !is_replayed) return;
  v8::HandleScope handles(isolate_);
  CallScope scope(*this, CallScope::LimitsFrom(*this, core_->limits.call, 0), 0);
  v8::TryCatch try_catch(isolate_);
  bool ran = core_->bootstrap.empty() || RunFirst(core_->bootstrap, "<bootstrap>", {});
  if (is_replayed) {
    ran = std::ranges::all_of(core_->snapshot->scripts, [&](const Snapshot::Script& script) {
      return RunFirst(script.source, script.name, script.cache);
    });
  }
  if (ran) unhandled_->EndOfTurn();
  Failure failure;
  bool stopped = try_catch.HasTerminated() || Stopping();
  if (!ran && !stopped) {
    stopped = !ReportException(*this, try_catch.Exception(), try_catch.Message(), &failure);
  }
  scope.Finish();
  if (stopped) failure = scope.Reason();
  if (!ran || stopped) core_->Die(std::move(failure));
}

// False: stopped, or with an exception pending.
bool RuntimeThread::RunFirst(const std::string& source, const std::string& name,
                             const std::vector<uint8_t>& cache) {
  v8::Local<v8::String> text;
  v8::Local<v8::Script> script;
  if (!v8::String::NewFromUtf8(isolate_, source.data(), v8::NewStringType::kNormal,
                               static_cast<int>(source.size()))
           .ToLocal(&text) ||
      !CompileWithCache(*realm_, text, name, cache).ToLocal(&script) ||
      script->Run(realm_->context()).IsEmpty()) {
    return false;
  }
  isolate_->PerformMicrotaskCheckpoint();
  return !Stopping();
}

void RuntimeThread::Park() {
  core_->terminator.Detach();
  timer_.Disarm();
  core_->ThreadEnded();
  LiveCounts& live = Process::Get().live;
  live.handles.fetch_sub(static_cast<int64_t>(core_->figures.open_handles.Get()),
                         std::memory_order_relaxed);
  live.lost.fetch_add(1, std::memory_order_relaxed);
  live.ThreadEnded();
  SleepForEver();
}

// The runtime's own thread waits for this one, and is lost with it. Its limit was
// passed before, so that whoever waits for it has been told.
void RuntimeThread::ParkHelper() {
  Process::Get().live.lost.fetch_add(1, std::memory_order_relaxed);
  SleepForEver();
}

}  // namespace isolet
