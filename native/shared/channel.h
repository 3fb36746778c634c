// The hand-over between a host's thread and one runtime's thread: a queue and
// a waiting place for each direction.
//
// It is correct under nesting because neither side waits for "the answer": each
// takes whatever message comes next and looks whether what it waits for has
// come. So the host serves host calls while it waits for a reply, and the
// runtime serves commands while it waits for a host call.
//
// Thread: any, each method names its side.
// Owner: RuntimeCore.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "shared/clock.h"
#include "shared/host_waker.h"
#include "shared/message.h"
#include "shared/parker.h"
#include "shared/spsc_queue.h"

namespace isolet {

class Channel {
 public:
  Channel(std::shared_ptr<HostWaker> waker, uint64_t runtime)
      : waker_(std::move(waker)), runtime_(runtime) {}

  // Thread: host.
  void PostToRuntime(Message&& message) {
    to_runtime_.Push(std::move(message));
    runtime_parker_.Wake();
  }
  // Thread: host.
  bool TakeFromRuntime(Message& message) {
    return to_host_.TryPop(message) && Arrive(message, release_at_runtime_);
  }
  // An object of the runtime's is no longer held. Thread: host.
  void ReleaseAtRuntime(uint64_t id) { PostToRuntime(ReleaseOf(id)); }
  bool HostHasMessages() const { return !to_host_.Empty(); }
  // Waits for a message or for `ready`; false at the deadline. Thread: host.
  template <class Ready>
  bool WaitAsHost(Ready ready, Nanos deadline) {
    return host_parker_.WaitUntil([&] { return !to_host_.Empty() || ready(); }, deadline);
  }

  // Between these the host takes messages itself and need not be woken through
  // its event loop. Thread: host.
  void BeginHostWait() { host_waits_.fetch_add(1, std::memory_order_seq_cst); }
  void EndHostWait() {
    // A message posted just before this store was not announced to the event
    // loop; one posted after it is. Announcing twice is harmless.
    const bool is_last = host_waits_.fetch_sub(1, std::memory_order_seq_cst) == 1;
#if !defined(__x86_64__) && !defined(_M_X64)  // untested
    // For the look at the queue, and those of the host that follow, at a death or an overrun: loads
    // that merely acquire could come before the store. On x64 the subtraction is a fence itself.
    Parker::Fence();
#endif
    if (is_last && !to_host_.Empty()) waker_->WakeHost(runtime_);
  }

  // Thread: runtime.
  void PostToHost(Message&& message) {
    const bool is_awaited = IsAwaited(message);
    to_host_.Push(std::move(message));
    if (is_awaited) {
      host_parker_.Wake();
    } else {
      WakeHost();
    }
  }
  bool TakeFromHost(Message& message) {
    return to_runtime_.TryPop(message) && Arrive(message, release_at_host_);
  }
  // An object of the host's is no longer held. Thread: runtime.
  void ReleaseAtHost(uint64_t id) { PostToHost(ReleaseOf(id)); }
  bool RuntimeHasMessages() const { return !to_runtime_.Empty(); }
  template <class Ready>
  bool WaitAsRuntime(Ready ready, Nanos deadline) {
    return runtime_parker_.WaitUntil([&] { return !to_runtime_.Empty() || ready(); }, deadline);
  }

  // After a change that a waiter's `ready` sees. Thread: any.
  void WakeRuntime() { runtime_parker_.Wake(); }
  void WakeHost() {
    host_parker_.Wake();
    if (host_waits_.load(std::memory_order_seq_cst) == 0) waker_->WakeHost(runtime_);
  }

 private:
  // Only who waits wants a reply: one that comes too late may lie until the next message, unless it
  // has something to give back. So the host's count of waits, which it is about to write, is not
  // pulled to the runtime's core at the very end of each call.
  static bool IsAwaited(const Message& message) {
    return message.kind == MessageKind::kReply && message.failure == nullptr &&
           !message.payload.HasHandles();
  }
  static Message ReleaseOf(uint64_t id) {
    Message release;
    release.kind = MessageKind::kRelease;
    release.target = id;
    return release;
  }
  static void Arrive(Payload& payload, const CarriedHandles::GiveBack& give_back) {
    CarriedHandles* handles = payload.FindHandles();
    if (handles != nullptr) handles->Arrive(give_back);
  }
  // From here on the message gives back what it carries and nobody takes.
  static bool Arrive(Message& message, const CarriedHandles::GiveBack& give_back) {
    Arrive(message.payload, give_back);
    if (message.failure != nullptr && message.failure->report != nullptr) {
      Arrive(*message.failure->report, give_back);
    }
    return true;
  }

  SpscQueue<Message> to_runtime_;
  SpscQueue<Message> to_host_;
  Parker runtime_parker_;
  Parker host_parker_;
  std::atomic<int> host_waits_{0};
  const std::shared_ptr<HostWaker> waker_;
  const uint64_t runtime_;
  const CarriedHandles::GiveBack release_at_runtime_ = [this](uint64_t id) {
    ReleaseAtRuntime(id);
  };
  const CarriedHandles::GiveBack release_at_host_ = [this](uint64_t id) { ReleaseAtHost(id); };
};

}  // namespace isolet
