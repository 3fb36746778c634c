// One runtime's own OS thread: makes the isolate, runs the loop until the runtime
// dies, and disposes of everything.
//
// Thread: runtime, but for Start (host) and Current (any).
// Owner: itself; it lives on its thread's stack.
#pragma once

#include <v8.h>

#include <csetjmp>
#include <memory>
#include <optional>
#include <string>

#include "isolate/call_scope.h"
#include "isolate/console.h"
#include "isolate/evaluator.h"
#include "isolate/heap_guard.h"
#include "isolate/host_calls.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/memory_charges.h"
#include "isolate/message_loop.h"
#include "isolate/modules.h"
#include "isolate/pending_calls.h"
#include "isolate/plugin_functions.h"
#include "isolate/promise_species.h"
#include "isolate/realm.h"
#include "isolate/realm_snapshot.h"
#include "isolate/runtime_core.h"
#include "isolate/streams.h"
#include "isolate/task_queue.h"
#include "isolate/timers.h"
#include "isolate/unhandled_errors.h"
#include "isolate/wasm_stacks.h"
#include "shared/address_space.h"
#include "shared/watchdog.h"

namespace isolet {

class SnapshotHandles;

class RuntimeThread {
 public:
  // Returns why it could not; empty: it has started. Thread: host.
  static std::string Start(const std::shared_ptr<RuntimeCore>& core);
  // The runtime whose thread this is, or null. Thread: any.
  static RuntimeThread*& Current();
  static RuntimeThread& Of(v8::Isolate* isolate) {
    return *static_cast<RuntimeThread*>(isolate->GetData(kDataSlot));
  }

  RuntimeCore& core() const { return *core_; }
  v8::Isolate* isolate() const { return isolate_; }
  const Realm& realm() const { return *realm_; }
  const PromiseSpecies& promise_species() const { return *promise_species_; }
  const ThreadClock& cpu_clock() const { return cpu_clock_; }
  Watchdog::Timer& timer() { return timer_; }
  PluginFunctions& functions() { return *functions_; }
  HostCalls& host_calls() { return *host_calls_; }
  PendingCalls& pending() { return *pending_; }
  Evaluator& evaluator() { return *evaluator_; }
  MessageLoop& loop() { return *loop_; }
  HeapGuard& heap_guard() { return *heap_guard_; }
  MemoryCharges& charges() { return *charges_; }
  // Global handles of what there is, and of the largest users of them only.
  size_t OwnHandles() const {
    return (functions_ ? functions_->handles() : 0) + (host_calls_ ? host_calls_->handles() : 0) +
           (charges_ ? charges_->handles() : 0);
  }
  WasmStacks& wasm_stacks() { return *wasm_stacks_; }
  IntrinsicOverrides& overrides() { return *overrides_; }
  // As the realm made it. Empty: it is not metered.
  v8::Global<v8::Object>& intl() { return intl_; }
  UnhandledErrors& unhandled() { return *unhandled_; }
  Modules& modules() { return *modules_; }
  Streams& streams() { return *streams_; }
  // Null: none is to be made of it.
  RealmSnapshot* snapshot() { return snapshot_ ? &*snapshot_ : nullptr; }
  // Null: the plugin has none.
  Console* console() { return console_ ? &*console_ : nullptr; }
  Timers* timers() { return timers_ ? &*timers_ : nullptr; }

  CallScope* innermost() const { return innermost_; }
  void SetInnermost(CallScope* scope) {
    innermost_ = scope;
    if (scope != nullptr && scope->outer() != nullptr) return;
    core_->account.store(scope != nullptr ? scope->call() : 0, std::memory_order_relaxed);
    core_->EnterPhase(scope != nullptr ? RuntimeCore::Phase::kComputing
                                       : RuntimeCore::Phase::kServing);
  }
  bool Stopping() const {
    return core_->dying() || (innermost_ != nullptr && innermost_->Stopping());
  }
  // Whether it has no more to serve, though nothing has ended it.
  bool IsDone() const { return snapshot_ && snapshot_->is_asked(); }
  // The handles that a snapshot is to keep, or has kept.
  void Exchange(SnapshotHandles& handles);
  // Until Terminator::Release.
  void HoldTermination() {
    core_->terminator.Hold();
    if (Stopping()) core_->terminator.PutOff();
  }
  // Whether that many bytes are left until V8 throws a RangeError.
  bool HasStack(size_t bytes) const;

  // While V8's WebAssembly engine works for this thread, it holds what is the process's.
  class EngineWork {
   public:
    explicit EngineWork(RuntimeThread& thread) : thread_(thread) { ++thread_.engine_works_; }
    ~EngineWork() { --thread_.engine_works_; }
    EngineWork(const EngineWork&) = delete;
    EngineWork& operator=(const EngineWork&) = delete;

   private:
    RuntimeThread& thread_;
  };

  // For V8's fatal handler, which must not return. Leaves all frames of V8's and
  // disposes of the isolate.
  [[noreturn]] void Leave();
  // Gives the thread and its isolate up.
  [[noreturn]] void Park();
  // The same for a thread of V8's platform that helped a runtime's.
  [[noreturn]] static void ParkHelper();

 private:
  static constexpr uint32_t kDataSlot = 0;

  // What Start hands over to the thread.
  struct Beginning;
  explicit RuntimeThread(Beginning&& beginning);
  static void Main(void* argument);
  void Live();
  void RunIsolate();
  static v8::StartupData StartupDataOf(const RuntimeCore& core);
  // Null: it has none.
  const v8::StartupData* StartupData() const;
  // False: it could not.
  bool BeginRealm();
  void MakeRealm(v8::Local<v8::Context> context);
  bool RestoreRealm(v8::Local<v8::Context> context);
  void MeterMemory();
  void KeepRealm();
  // What RunIsolate would have done at its end.
  void CleanUpAfterLeaving();
  void ForgetIsolate();
  void RunBootstrap();
  bool RunFirst(const std::string& source, const std::string& name,
                const std::vector<uint8_t>& cache);
  void FailStart(const char* what);
  static void OnDeadline(void* core);
  static void OnOverrun(void* core, const Expiry& expiry);
  static void OnLost(void* core, const Expiry& expiry);
  static constexpr Watchdog::Timer::Actions kWatchdogActions{
      OnDeadline, kLoopsMayBeDeaf ? OnOverrun : OnLost, kLoopsMayBeDeaf ? OnLost : nullptr};
  const std::shared_ptr<RuntimeCore> core_;
  // None once all is mapped that it takes to begin.
  std::optional<AddressSpace::Claim> claim_;
  const ThreadClock cpu_clock_;
  Watchdog::Timer timer_;
  CallScope* innermost_ = nullptr;
  int engine_works_ = 0;
  v8::Isolate* isolate_ = nullptr;
  uintptr_t stack_limit_ = 0;
  std::shared_ptr<TaskQueue> tasks_;
  std::shared_ptr<BufferAllocator> allocator_;
  std::jmp_buf live_;
  const v8::StartupData startup_data_;
  std::optional<RealmSnapshot> snapshot_;
  // Made once the isolate exists, gone before it goes; in this order.
  std::optional<Realm> realm_;
  std::optional<PromiseSpecies> promise_species_;
  std::optional<MemoryCharges> charges_;
  std::optional<WasmStacks> wasm_stacks_;
  std::optional<IntrinsicOverrides> overrides_;
  v8::Global<v8::Object> intl_;
  // 0: the realm has no WebAssembly, yet (see IntrinsicOverrides).
  uint32_t has_wasm_ = 0;
  std::optional<UnhandledErrors> unhandled_;
  std::optional<Modules> modules_;
  std::optional<Streams> streams_;
  std::optional<Timers> timers_;
  std::optional<Console> console_;
  std::optional<PluginFunctions> functions_;
  std::optional<HostCalls> host_calls_;
  std::optional<PendingCalls> pending_;
  std::optional<Evaluator> evaluator_;
  std::optional<MessageLoop> loop_;
  std::optional<HeapGuard> heap_guard_;
};

}  // namespace isolet
