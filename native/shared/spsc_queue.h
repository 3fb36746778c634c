// Unbounded queue from one producer thread to one consumer thread, without locks, without
// read-modify-write atomics, and without allocation once it has warmed up.
//
// Thread: any; Push on the one producer thread, TryPop and Empty on the one consumer thread.
// Owner: whoever joins the two threads; it outlives both sides' use of it.
//
// A chain of nodes, of which the last is always empty:
//
//     first_ -> recycled ... -> recycled_end_ -> tail_ -> filled ... -> head_, empty
//     |  the producer's to take |          the consumer's           |
//
// A node's `next` turning non-null says both "this node is filled" and "the next one is there", so
// a message costs one cache line between the cores, not two: the consumer polls the very line that
// the value arrives in. (Rejected: the usual form, with an empty node at the *front*, which touches
// the node before the message as well. Rejected too: a ring, as a flood must not block the
// producer.)
//
// Consumed nodes go back to the producer by advancing `recycled_end_`, until kMaxRecycled of them
// lie idle. From then on the consumer frees what it consumes; else one flood would hold its memory
// for ever.
#ifndef ISOLET_SHARED_SPSC_QUEUE_H_
#define ISOLET_SHARED_SPSC_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace isolet {

// How a value goes into a node that holds none, and out of it. A T that knows a cheaper way has
// functions of these names beside it.
template <class T>
void MoveIn(T& place, std::type_identity_t<T>&& value) {
  place = std::move(value);
}
template <class T>
void MoveOut(T& value, T& place) {
  value = std::move(place);
  // A moved-from T may still hold something (a std::string its buffer); an idle node must not.
  place = T();
}

// T: default-constructible and cheap to move; a default-constructed T holds no resources.
template <class T>
class SpscQueue {
 public:
  static constexpr uint64_t kMaxRecycled = 64;

  SpscQueue() {
    Node* node = new Node;
    first_ = recycled_end_seen_ = head_ = node;
    tail_ = hidden_ = node;
    recycled_end_.store(node, std::memory_order_relaxed);
    // A stock of nodes lets the producer look at the consumer's cache line once per kStock messages
    // even if the two strictly alternate.
    for (int i = 0; i < kStock; ++i) {
      Node* recycled = new Node;
      recycled->next.store(first_, std::memory_order_relaxed);
      first_ = recycled;
    }
    recycled_ = kStock;
  }

  // On any thread, after both sides have finished.
  ~SpscQueue() {
    for (Node* node = first_; node != nullptr;) {
      Node* next = node->next.load(std::memory_order_relaxed);
      delete node;
      node = next;
    }
  }

  SpscQueue(const SpscQueue&) = delete;
  SpscQueue& operator=(const SpscQueue&) = delete;

  // Producer. The release store pairs with the consumer's acquire load; whoever wakes a sleeping
  // consumer afterwards adds its own fence (Parker::Wake).
  void Push(T&& value) {
    Node* empty = TakeNode();
    Node* filled = head_;
    head_ = empty;
    MoveIn(filled->value, std::move(value));
    filled->next.store(empty, std::memory_order_release);
  }

  // Consumer. Leaves `out` alone and returns false if there is nothing.
  bool TryPop(T& out) {
    Node* node = tail_;
    Node* next = node->next.load(std::memory_order_acquire);
    if (next == nullptr) return false;
    MoveOut(out, node->value);
    tail_ = next;
    Retire(node, next);
    return true;
  }

  // Consumer. True may be outdated at once, false may not.
  bool Empty() const { return tail_->next.load(std::memory_order_acquire) == nullptr; }

 private:
  static constexpr int kStock = 8;
  static constexpr size_t kCacheLine = 64;

  struct alignas(kCacheLine) Node {
    std::atomic<Node*> next{nullptr};
    T value{};
  };

  Node* TakeNode() {
    if (first_ == recycled_end_seen_) {
      // Acquire: the consumer is done with every node before the one it published.
      recycled_end_seen_ = recycled_end_.load(std::memory_order_acquire);
      if (first_ == recycled_end_seen_) return new Node;
    }
    Node* node = first_;
    first_ = node->next.load(std::memory_order_relaxed);
    node->next.store(nullptr, std::memory_order_relaxed);
    taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return node;
  }

  // `hidden_` is the node published as recycled_end_: the producer compares with its address but
  // never looks inside. While nodes are being freed it stays where it is, and its `next` is the
  // seam between what the producer owns and tail_.
  void Retire(Node* node, Node* next) {
    if (recycled_ - taken_seen_ >= kMaxRecycled) {
      taken_seen_ = taken_.load(std::memory_order_relaxed);
      if (recycled_ - taken_seen_ >= kMaxRecycled) {
        if (node == hidden_) return;
        hidden_->next.store(next, std::memory_order_relaxed);
        delete node;
        return;
      }
    }
    recycled_ += node == hidden_ ? 1 : 2;
    hidden_ = next;
    recycled_end_.store(next, std::memory_order_release);
  }

  // Producer's.
  alignas(kCacheLine) Node* head_;
  Node* first_;
  Node* recycled_end_seen_;
  std::atomic<uint64_t> taken_{0};

  // Consumer's.
  alignas(kCacheLine) Node* tail_;
  Node* hidden_;
  uint64_t recycled_ = 0;
  uint64_t taken_seen_ = 0;
  std::atomic<Node*> recycled_end_;
};

}  // namespace isolet

#endif  // ISOLET_SHARED_SPSC_QUEUE_H_
