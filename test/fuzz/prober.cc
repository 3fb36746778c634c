#include "prober.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "sanitizer.h"
#include "usage.h"

namespace isolet {
namespace {

// Buffers that inputs may have attached: more than a view may need, and less.
constexpr size_t kAttachmentSizes[] = {8192, 4096, 24, 1, 0, 100, 65536};
// Enough for the first of them and not for the second.
constexpr size_t kBudget = 10000;

// An object costs more than the bytes that stand for it: some 200 times as much an
// empty buffer, of two bytes, with all that V8 and malloc keep beside it. Dearer yet,
// but only while V8 reads them, are expressions full of \p{...}: the generator makes
// short ones, which the fixed part is for. What grows faster than the input passes
// any such bound.
constexpr size_t kBytesPerByte = 512;
constexpr size_t kBytesRegardless = size_t{4} << 20;
constexpr Nanos kCpuPerByte = 300 * kMicrosecond;
constexpr Nanos kCpuRegardless = 2000 * kMillisecond;

// What crosses at all: lib/options.ts.
RuntimeLimits WidestLimits() {
  RuntimeLimits limits;
  limits.max_serialization_depth = 1000;
  limits.max_serialization_bytes = size_t{1} << 30;
  return limits;
}

// What is decoded takes the attachments out of its payload.
Payload CopyOf(Payload& payload) {
  Payload copy;
  if (!payload.empty()) std::memcpy(copy.Extend(payload.size()), payload.data(), payload.size());
  for (uint32_t i = 0; Attachment* attachment = payload.FindAttachment(i); ++i) {
    copy.Attach(*attachment);
  }
  return copy;
}

// A payload's bytes end where they end, though it has room for more.
class PoisonedRoom {
 public:
  explicit PoisonedRoom(Payload& payload) : begin_(payload.data() + payload.size()) {
    // As in payload.h; above that there is no room left, as all was written at once.
    size_t capacity = payload.size() <= 128 ? 128 : 256;
    size_ = capacity - std::min(payload.size(), capacity);
    Poison(begin_, size_);
  }
  ~PoisonedRoom() { Unpoison(begin_, size_); }
  PoisonedRoom(const PoisonedRoom&) = delete;
  PoisonedRoom& operator=(const PoisonedRoom&) = delete;

 private:
  const uint8_t* const begin_;
  size_t size_;
};

bool Equal(Payload& left, Payload& right) {
  if (left.size() != right.size()) return false;
  if (std::memcmp(left.data(), right.data(), left.size()) != 0) return false;
  for (uint32_t i = 0;; ++i) {
    Attachment* a = left.FindAttachment(i);
    Attachment* b = right.FindAttachment(i);
    if (a == nullptr || b == nullptr) return a == b;
    if (a->size != b->size || std::memcmp(a->data, b->data, a->size) != 0) return false;
  }
}

}  // namespace

Prober::Prober(v8::Local<v8::Context> context)
    : realm_(v8::Isolate::GetCurrent(), context), port_(realm_) {
  for (size_t size : kAttachmentSizes) {
    void* data = std::calloc(std::max<size_t>(size, 1), 1);
    attachments_.push_back({std::shared_ptr<void>(data, std::free), data, size});
  }
}

void Prober::Fill(Payload* payload, const uint8_t* bytes, size_t size, uint8_t options) const {
  if (size > 0) std::memcpy(payload->Extend(size), bytes, size);
  for (size_t i = 0; i < (options & kAttachmentCount); ++i) payload->Attach(attachments_[i]);
}

std::shared_ptr<MemoryBudget> Prober::NewBudget() {
  ++budgets_->alive;
  return {new MemoryBudget(kBudget), [budgets = budgets_](MemoryBudget* budget) {
            if (budget->buffers() != 0) ++budgets->unpaid;
            --budgets->alive;
            delete budget;
          }};
}

size_t Prober::CountLeaks() const {
  auto shared = [](const Attachment& attachment) { return attachment.owner.use_count() > 1; };
  return budgets_->alive + budgets_->unpaid +
         static_cast<size_t>(std::count_if(attachments_.begin(), attachments_.end(), shared));
}

bool Prober::Read(Payload& payload, uint8_t options, Values* values) {
  ValueReader reader(realm_, port_, payload, (options & kBudgeted) != 0 ? NewBudget() : nullptr);
  if ((options & kFrozen) != 0) reader.Freeze(Freezing::kDeep);
  uint32_t count = 1;
  if ((options & kArguments) != 0 && (!reader.ReadCount(&count) || count > payload.size())) {
    return false;
  }
  values->resize(count);
  return std::all_of(values->begin(), values->end(),
                     [&](auto& value) { return reader.Read().ToLocal(&value); });
}

WriteProblem Prober::Write(const Values& values, ErrorStacks stacks, Payload* payload) {
  RuntimeLimits limits = WidestLimits();
  ValueWriter writer(realm_, port_, *payload, limits, stacks);
  writer.WriteArguments(values, static_cast<int>(values.size()));
  return writer.problem();
}

Verdict Prober::CheckRoundTrip(const Values& values) {
  // Without stacks: where there was none, an error has one of this side's.
  Payload once;
  WriteProblem problem = Write(values, ErrorStacks::kStrip, &once);
  if (problem == WriteProblem::kTooDeep) return Verdict::kTooDeep;
  if (problem != WriteProblem::kNone) return Verdict::kNotEncoded;
  Payload sent = CopyOf(once);
  Values decoded;
  if (!Read(sent, kArguments, &decoded)) return Verdict::kNotDecoded;
  Payload twice;
  if (Write(decoded, ErrorStacks::kStrip, &twice) != WriteProblem::kNone)
    return Verdict::kNotEncoded;
  return Equal(once, twice) ? Verdict::kDecoded : Verdict::kNotPreserved;
}

Verdict Prober::Probe(const uint8_t* bytes, size_t size, uint8_t options) {
  v8::HandleScope handles(isolate());
  v8::Context::Scope scope(realm_.context());
  v8::TryCatch try_catch(isolate());
  Payload payload;
  Fill(&payload, bytes, size, options);
  Values values;
  bool decoded = false;
  trapped_ = false;
  Usage usage(isolate());
  {
    PoisonedRoom room(payload);
    decoded = Read(payload, options, &values);
  }
  usage.Stop();
  if (trapped_) return Verdict::kRanCode;
  if (usage.bytes() > kBytesRegardless + size * kBytesPerByte) return Verdict::kTooMuchMemory;
  if (usage.cpu() > kCpuRegardless + static_cast<Nanos>(size) * kCpuPerByte) {
    return Verdict::kTooMuchTime;
  }
  if (decoded) {
    return try_catch.HasCaught() ? Verdict::kStrayException : CheckRoundTrip(values);
  }
  if (!try_catch.HasCaught()) return Verdict::kRefused;
  return try_catch.Exception()->IsNativeError() ? Verdict::kThrown : Verdict::kOddException;
}

v8::MaybeLocal<v8::Array> Prober::Decode(const uint8_t* bytes, size_t size, uint8_t options) {
  v8::EscapableHandleScope handles(isolate());
  v8::Context::Scope scope(realm_.context());
  v8::TryCatch try_catch(isolate());
  Payload payload;
  Fill(&payload, bytes, size, options);
  Values first;
  Values second;
  Payload again;
  if (!Read(payload, options, &first) ||
      Write(first, ErrorStacks::kKeep, &again) != WriteProblem::kNone ||
      !Read(again, kArguments, &second)) {
    return {};
  }
  v8::Local<v8::Value> both[] = {v8::Array::New(isolate(), first.data(), first.size()),
                                 v8::Array::New(isolate(), second.data(), second.size())};
  return handles.Escape(v8::Array::New(isolate(), both, 2));
}

v8::MaybeLocal<v8::Uint8Array> Prober::Encode(v8::Local<v8::Value> value) {
  RuntimeLimits limits = WidestLimits();
  Payload payload;
  ValueWriter writer(realm_, port_, payload, limits, ErrorStacks::kKeep);
  if (!writer.Write(value, "seed")) {
    if (writer.problem() != WriteProblem::kThrown) {
      isolate()->ThrowException(v8::Exception::Error(
          Text(isolate(), "a seed can't cross: " + writer.TakeFailure().path)));
    }
    return {};
  }
  v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate(), payload.size());
  if (!payload.empty()) std::memcpy(buffer->Data(), payload.data(), payload.size());
  return v8::Uint8Array::New(buffer, 0, payload.size());
}

}  // namespace isolet
