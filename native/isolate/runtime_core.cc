#include "isolate/runtime_core.h"

namespace isolet {

void RuntimeCore::EnterPhase(Phase phase) {
  if (phase_.exchange(phase, std::memory_order_acq_rel) == Phase::kHalted) SleepForEver();
}

bool RuntimeCore::HaltIfServing() {
  Phase serving = Phase::kServing;
  return phase_.compare_exchange_strong(serving, Phase::kHalted, std::memory_order_acq_rel);
}

bool RuntimeCore::Die(Failure reason) {
  {
    std::lock_guard lock(mutex_);
    if (dying_.load(std::memory_order_relaxed)) return false;
    death_reason_ = std::move(reason);
    // Told to any number of callers, and what it carries dies with the runtime.
    if (death_reason_.report != nullptr) death_reason_.report->handles().Withdraw();
    dying_.store(true, std::memory_order_release);
  }
  Process::Get().live.runtimes.fetch_sub(1, std::memory_order_relaxed);
  terminator.Terminate();
  channel.WakeRuntime();
  channel.WakeHost();
  return true;
}

Failure RuntimeCore::DeathReason() const {
  std::lock_guard lock(mutex_);
  return death_reason_;
}

void RuntimeCore::RequestAbort(uint64_t call) {
  std::lock_guard lock(mutex_);
  abort_requests_.insert(call);
  abort_count_.store(abort_requests_.size(), std::memory_order_release);
}

std::unordered_set<uint64_t> RuntimeCore::AbortRequests() const {
  std::lock_guard lock(mutex_);
  return abort_requests_;
}

void RuntimeCore::ForgetAbort(uint64_t call) {
  std::lock_guard lock(mutex_);
  abort_requests_.erase(call);
  abort_count_.store(abort_requests_.size(), std::memory_order_release);
}

bool RuntimeCore::IsAborted(uint64_t call) const {
  if (abort_count_.load(std::memory_order_acquire) == 0) return false;
  std::lock_guard lock(mutex_);
  return abort_requests_.contains(call);
}

void RuntimeCore::ThreadStarted(ThreadClock clock) {
  std::lock_guard lock(mutex_);
  thread_clock_ = std::make_unique<ThreadClock>(clock);
}

void RuntimeCore::ThreadEnded() {
  {
    std::lock_guard lock(mutex_);
    if (thread_clock_ != nullptr) final_cpu_time_ = thread_clock_->NowNanos();
    thread_clock_.reset();
    thread_ended_ = true;
  }
  thread_changed_.NotifyAll();
}

bool RuntimeCore::WaitForThreadEnd(Nanos deadline) const {
  std::unique_lock lock(mutex_);
  return thread_changed_.WaitUntil(lock, deadline, [&] { return thread_ended_; });
}

Nanos RuntimeCore::CpuTime() const {
  std::lock_guard lock(mutex_);
  return thread_clock_ != nullptr ? thread_clock_->NowNanos() : final_cpu_time_;
}

}  // namespace isolet
