// What the host's thread and the runtime's thread share of one runtime: the
// channel, the limits, the figures, and whether and why it died.
//
// Thread: any, except where a method says otherwise.
// Owner: shared by the host's handle and the runtime's thread; whichever goes
// last frees it, so that a thread that can't be stopped can be left behind.
#pragma once

#include <node.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "isolate/overrun.h"
#include "isolate/process.h"
#include "isolate/terminator.h"
#include "shared/channel.h"
#include "shared/condition.h"
#include "shared/failure.h"
#include "shared/guarded.h"
#include "shared/memory_budget.h"
#include "shared/runtime_figures.h"
#include "shared/runtime_limits.h"
#include "shared/snapshot.h"
#include "shared/streams_library.h"
#include "shared/thread.h"

namespace isolet {

class RuntimeCore {
 public:
  RuntimeCore(RuntimeLimits runtime_limits, std::string bootstrap_source,
              node::MultiIsolatePlatform* node_platform, std::shared_ptr<HostWaker> waker,
              uint64_t id)
      : limits(std::move(runtime_limits)),
        bootstrap(std::move(bootstrap_source)),
        platform(node_platform),
        budget(std::make_shared<MemoryBudget>(limits.max_heap_size)),
        channel(std::move(waker), id) {}

  const RuntimeLimits limits;
  const std::string bootstrap;  // UTF-8; empty: none
  node::MultiIsolatePlatform* const platform;
  const std::shared_ptr<MemoryBudget> budget;
  Channel channel;
  Terminator terminator;
  Overrun overrun;
  RuntimeFigures figures;
  // The host's function for the console, an id of the host's; 0: the plugin has none. Set
  // before the thread starts.
  uint64_t console_handler = 0;
  // What its realm begins with; null: with the language alone. Set before the thread starts.
  std::shared_ptr<const Snapshot> snapshot;
  // It is there for a snapshot to be made of it. Set before the thread starts.
  bool builds_snapshot = false;
  Guarded<std::unique_ptr<Snapshot>> built_snapshot;
  // What Streams evaluates; the environment's. Set before the thread starts.
  std::shared_ptr<StreamsLibrary> streams_library;
  // The host's command that code which runs is to answer with its figures; 0: none.
  std::atomic<uint64_t> figures_asked_for{0};
  // Messages of kUnhandled that the host has not taken.
  std::atomic<int> reports_under_way{0};
  // The call on whose account it computes; 0: none.
  std::atomic<uint64_t> account{0};
  // The last command that has begun: a host whose time is up before its command
  // has need not give the runtime up for it.
  std::atomic<uint64_t> last_begun{0};
  // The same of commands that are not nested: those nested in one of these do not
  // tell that an earlier one, put aside, has had its turn.
  std::atomic<uint64_t> last_outermost_begun{0};

  // What the runtime's thread is at: a command is answered at once only by one
  // that serves.
  enum class Phase : uint8_t { kStarting, kServing, kComputing, kHalted };
  Phase phase() const { return phase_.load(std::memory_order_acquire); }
  // Does not return once the thread was halted. Thread: runtime.
  void EnterPhase(Phase phase);
  // Keeps a thread that serves from ever running V8 again, for a process that exits;
  // false: it is at something else. One atomic step: a command that was sent and not
  // yet begun would slip between a look and a decision.
  bool HaltIfServing();

  // Records the reason and stops what runs. The first reason stands: it is
  // written before anything is stopped, so that no call sees a generic one.
  bool Die(Failure reason);
  bool dying() const { return dying_.load(std::memory_order_acquire); }
  // Thread: any, once dying() is true.
  Failure DeathReason() const;

  // Calls to be aborted, for the interrupt that reads them on the runtime's
  // thread; a stale request finds its call gone and does nothing.
  void RequestAbort(uint64_t call);
  std::unordered_set<uint64_t> AbortRequests() const;
  void ForgetAbort(uint64_t call);
  // Cheap where nothing is aborted, as ever.
  bool IsAborted(uint64_t call) const;

  // The thread's life, told to whoever waits for its end.
  void ThreadStarted(ThreadClock clock);
  void ThreadEnded();
  bool WaitForThreadEnd(Nanos deadline) const;
  // CPU time of the runtime's thread, ns; the last known after its end.
  Nanos CpuTime() const;

 private:
  std::atomic<Phase> phase_{Phase::kStarting};
  mutable std::mutex mutex_;
  mutable Condition thread_changed_;
  std::atomic<bool> dying_{false};
  Failure death_reason_;  // guarded by mutex_
  std::atomic<size_t> abort_count_{0};
  std::unordered_set<uint64_t> abort_requests_;  // guarded by mutex_
  std::unique_ptr<ThreadClock> thread_clock_;    // guarded by mutex_
  Nanos final_cpu_time_ = 0;                     // guarded by mutex_
  bool thread_ended_ = false;                    // guarded by mutex_
};

}  // namespace isolet
