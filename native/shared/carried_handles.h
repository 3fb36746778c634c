// The handles that a message carries: ids of objects that its sender holds for the
// receiver. Those that the receiver has not taken when the message dies (its call
// was aborted, its caller has gone, its bytes made no sense) are given back; else
// the sender would hold the objects until the runtime closes.
//
// A destructor does it, as messages die in many places. (Rejected: whoever drops a
// message gives back what is left in it. Each new way to drop one was a leak.)
//
// Thread: any (that of whoever has the message).
// Owner: Payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace isolet {

class CarriedHandles {
 public:
  using GiveBack = std::function<void(uint64_t id)>;

  bool empty() const { return some_ == nullptr; }

  // Sender.
  void Add(uint64_t id) {
    if (some_ == nullptr) some_ = std::make_unique<Some>();
    some_->ids.push_back(id);
  }
  // What is not sent after all stays the sender's.
  std::vector<uint64_t> Withdraw() {
    std::unique_ptr<Some> some = std::move(some_);
    return some == nullptr ? std::vector<uint64_t>() : std::move(some->ids);
  }

  // Receiver. Before this nothing is given back: a message that has not arrived
  // dies with its channel. `give_back` outlives the message.
  void Arrive(const GiveBack& give_back) {
    if (some_ != nullptr) some_->give_back = &give_back;
  }
  // In the order in which they were added, which is that of the bytes. An id that
  // damaged bytes made up is ignored.
  void Take(uint64_t id) {
    if (some_ != nullptr && some_->taken < some_->ids.size() && some_->ids[some_->taken] == id) {
      ++some_->taken;
    }
  }

 private:
  struct Some {
    Some() = default;
    Some(const Some&) = delete;
    Some& operator=(const Some&) = delete;
    ~Some() {
      if (give_back == nullptr) return;
      for (size_t i = taken; i < ids.size(); ++i) (*give_back)(ids[i]);
    }

    std::vector<uint64_t> ids;
    size_t taken = 0;
    const GiveBack* give_back = nullptr;
  };

  // Null in nearly every message.
  std::unique_ptr<Some> some_;
};

}  // namespace isolet
