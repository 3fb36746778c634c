#include "isolate/buffer_reader.h"

#include <utility>

#include "isolate/memory_charges.h"
#include "isolate/process.h"
#include "isolate/v8_strings.h"
#include "isolate/view_kind.h"

namespace isolet {
namespace {

void ThrowBufferRefused(v8::Isolate* isolate) {
  isolate->ThrowException(
      v8::Exception::RangeError(Literal(isolate, "Array buffer allocation failed")));
}

}  // namespace

v8::Local<v8::Object> BufferReader::Read(WireTag tag) {
  if (tag == WireTag::kBuffer) return ReadCopy();
  uint32_t index = 0;
  // Once each, in their order: two buffers must not share memory.
  if (!in_->Varint32(&index) || index != attached_++) return {};
  Attachment* attachment = payload_->FindAttachment(index);
  if (attachment == nullptr || attachment->data == nullptr) return {};
  return Adopt(is_read_again_ ? Attachment::CopyOf(attachment->data, attachment->size)
                              : std::exchange(*attachment, {}));
}

v8::Local<v8::Object> BufferReader::ReadCopy() {
  uint64_t length = 0;
  const uint8_t* bytes = nullptr;
  if (!in_->Varint(&length) || !in_->Bytes(length, &bytes)) return {};
  // Not ArrayBuffer::New, which ends the process where the allocator refuses.
  return Adopt(Attachment::CopyOf(bytes, static_cast<size_t>(length)));
}

// Makes an ArrayBuffer over that memory, charged to the budget.
v8::Local<v8::Object> BufferReader::Adopt(Attachment memory) {
  if (memory.data == nullptr ||
      (budget_ != nullptr && !ChargeOrCollect(isolate_, *budget_, memory.size))) {
    ThrowBufferRefused(isolate_);
    return {};
  }
  v8::Local<v8::Object> buffer = v8::ArrayBuffer::New(
      isolate_, Process::Get().adopted_memory.Adopt(std::move(memory), budget_));
  objects_->Add(buffer);
  return buffer;
}

v8::Local<v8::Object> BufferReader::ReadView() {
  uint8_t kind_byte = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  size_t number = objects_->Reserve();  // before that of its buffer
  if (!in_->Byte(&kind_byte) || kind_byte > static_cast<uint8_t>(ViewKind::kDataView) ||
      !in_->Varint(&offset) || !in_->Varint(&length)) {
    return {};
  }
  v8::Local<v8::Object> backing = ReadBacking();
  if (backing.IsEmpty() || !backing->IsArrayBuffer()) return {};
  auto buffer = backing.As<v8::ArrayBuffer>();
  auto kind = static_cast<ViewKind>(kind_byte);
  size_t size = ElementSize(kind);
  size_t available = buffer->ByteLength();
  if (offset > available || offset % size != 0 || length > (available - offset) / size) return {};
  v8::Local<v8::Object> view = NewView(kind, buffer, offset, length);
  objects_->Fill(number, view);
  return view;
}

v8::Local<v8::Object> BufferReader::ReadBacking() {
  WireTag tag;
  if (!in_->Tag(&tag)) return {};
  if (tag == WireTag::kBuffer || tag == WireTag::kAttachedBuffer) return Read(tag);
  uint64_t number = 0;
  if (tag != WireTag::kReference || !in_->Varint(&number)) return {};
  return objects_->Find(number);
}

}  // namespace isolet
