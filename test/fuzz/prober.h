// Feeds one input to the decoder and judges what it does: that it ends, within
// bounds of time and memory, as its contract says, and that what it made can be
// encoded and decoded again.
//
// Thread: host.
// Owner: the JavaScript object that it is wrapped in.
#pragma once

#include <v8.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "fuzz_port.h"
#include "isolate/realm.h"
#include "isolate/value_writer.h"
#include "shared/memory_budget.h"
#include "shared/payload.h"

namespace isolet {

// Bits of an input's options, as generator.mjs sets them.
enum ProbeOption : uint8_t {
  kAttachmentCount = 7,  // how many buffers come with the bytes
  kFrozen = 8,
  kBudgeted = 16,
  kArguments = 32,  // a count, and so many values
};

// In the order of `verdicts` in run.mjs.
enum class Verdict : uint8_t {
  kRefused,  // the bytes make no sense
  kThrown,   // V8 would not make something
  kDecoded,
  kTooDeep,  // decoded, but deeper than what crosses
  // Failures:
  kOddException,    // something other than the errors V8 throws for what it refuses
  kStrayException,  // decoded, and yet an exception is pending
  kRanCode,         // a setter, getter or method of the realm was called
  kTooMuchMemory,
  kTooMuchTime,
  kNotEncoded,    // what was decoded can't be encoded
  kNotDecoded,    // what was encoded again can't be decoded
  kNotPreserved,  // encoded again it is something else
};

class Prober {
 public:
  // For a context that must be fresh.
  explicit Prober(v8::Local<v8::Context> context);
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  v8::Isolate* isolate() const { return realm_.isolate(); }

  Verdict Probe(const uint8_t* bytes, size_t size, uint8_t options);
  // Decodes; where that succeeds, also what is encoded of it then: [first, second]. Empty without
  // an exception where it does not.
  v8::MaybeLocal<v8::Array> Decode(const uint8_t* bytes, size_t size, uint8_t options);
  // Empty with an exception pending where `value` can't be encoded.
  v8::MaybeLocal<v8::Uint8Array> Encode(v8::Local<v8::Value> value);

  // For the code of a hostile realm to call: decoding must not run any.
  void Trap() { trapped_ = true; }

  // What is held though no value is left: for the time after a garbage collection.
  size_t CountLeaks() const;

 private:
  using Values = std::vector<v8::Local<v8::Value>>;
  // Counted where buffers are freed: by V8's sweeper threads, and after us.
  struct Budgets {
    std::atomic<size_t> alive{0};
    std::atomic<size_t> unpaid{0};  // gone, though buffers were charged to them
  };

  void Fill(Payload* payload, const uint8_t* bytes, size_t size, uint8_t options) const;
  std::shared_ptr<MemoryBudget> NewBudget();
  bool Read(Payload& payload, uint8_t options, Values* values);
  WriteProblem Write(const Values& values, ErrorStacks stacks, Payload* payload);
  Verdict CheckRoundTrip(const Values& values);

  Realm realm_;
  FuzzPort port_;
  std::vector<Attachment> attachments_;
  const std::shared_ptr<Budgets> budgets_ = std::make_shared<Budgets>();
  bool trapped_ = false;
};

}  // namespace isolet
