#include "isolate/buffer_writer.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "isolate/process.h"
#include "isolate/view_kind.h"

namespace isolet {
namespace {

Attachment MustCopy(const void* bytes, size_t size) {
  Attachment copy = Process::Get().large_copies.Make(bytes, size);
  if (copy.data == nullptr) throw std::bad_alloc();
  return copy;
}

}  // namespace

const char* BufferWriter::Write(v8::Local<v8::ArrayBuffer> buffer, size_t offset, size_t length) {
  if (buffer->WasDetached()) return "a detached ArrayBuffer";
  if (!meter_->HasRoom(length)) return nullptr;
  NoteLength(objects_->Find(buffer), length);
  const bool is_moved = IsToMove(buffer, offset, length);
  if (is_moved && length >= kAttachFrom) {
    meter_->CountAttached(length);
    out_->Tag(WireTag::kAttachedBuffer);
    const uint32_t attachment = out_->payload().Attach({});
    out_->Varint(attachment);
    moved_.push_back({{isolate_, buffer}, length, attachment});
    return nullptr;
  }
  if (is_moved) moved_.push_back({{isolate_, buffer}, length, std::nullopt});
  const uint8_t* bytes = static_cast<const uint8_t*>(buffer->Data()) + offset;
  if (length < kAttachFrom) {
    out_->Tag(WireTag::kBuffer);
    out_->Varint(length);
    if (length > 0) std::memcpy(out_->Room(length), bytes, length);
    return nullptr;
  }
  meter_->CountAttached(length);
  out_->Tag(WireTag::kAttachedBuffer);
  out_->Varint(out_->payload().Attach(MustCopy(bytes, length)));
  return nullptr;
}

bool BufferWriter::IsToMove(v8::Local<v8::ArrayBuffer> buffer, size_t offset, size_t length) const {
  return port_ != nullptr && offset == 0 && length == buffer->ByteLength() &&
         buffer->IsDetachable() && !buffer->GetBackingStore()->IsResizableByUserJavaScript();
}

WriteProblem BufferWriter::MoveAll() {
  size_t steps = 0;
  const auto is_stopped = [&] {
    return ++steps % FunctionPort::kStepsBetweenStopChecks == 0 && port_->ShouldStop();
  };
  // A getter may have detached one, whose memory is then another buffer's of this side.
  for (const Moved& moved : moved_) {
    if (is_stopped()) return WriteProblem::kStopped;
    v8::HandleScope handles(isolate_);
    v8::Local<v8::ArrayBuffer> buffer = moved.buffer.Get(isolate_);
    if (buffer->WasDetached() || buffer->ByteLength() != moved.bytes) {
      return WriteProblem::kUncloneable;
    }
  }
  for (const Moved& moved : moved_) {
    if (is_stopped()) return WriteProblem::kStopped;
    v8::HandleScope handles(isolate_);
    v8::Local<v8::ArrayBuffer> buffer = moved.buffer.Get(isolate_);
    std::shared_ptr<v8::BackingStore> store = port_->TakeMemory(buffer);
    if (!moved.attachment) continue;
    Attachment* attachment = out_->payload().FindAttachment(*moved.attachment);
    *attachment = store == nullptr
                      ? MustCopy(buffer->Data(), moved.bytes)
                      : Process::Get().adopted_memory.TakeOut(std::move(store), budget_);
  }
  return WriteProblem::kNone;
}

// A view takes only its own bytes with it, unless its buffer came before it
// in the value: a Node Buffer is a window on a pool that holds other callers' data.
// Nor is it a view of that buffer if a getter has grown that since.
const char* BufferWriter::WriteView(v8::Local<v8::ArrayBufferView> view) {
  ViewKind kind;
  if (!FindViewKind(view, &kind)) return "a view of an unknown kind";
  size_t bytes = view->ByteLength();
  size_t elements = view->IsTypedArray() ? view.As<v8::TypedArray>()->Length() : bytes;
  // The view took its number before its buffer does; the reader counts alike.
  out_->Tag(WireTag::kView);
  out_->Byte(static_cast<uint8_t>(kind));
  if (!view->HasBuffer() && port_ == nullptr) {
    // A small array in the heap. Asking for its buffer would move it out, which
    // ends the process where the allocator refuses (JSTypedArray::GetBuffer). One that is to be
    // moved has to: BufferAllocator refuses none so small.
    out_->Varint(0);
    out_->Varint(elements);
    objects_->Skip();
    out_->Tag(WireTag::kBuffer);
    out_->Varint(bytes);
    if (bytes > 0) view->CopyContents(out_->Room(bytes), bytes);
    return nullptr;
  }
  v8::Local<v8::Value> buffer_value = view->Buffer();
  if (!buffer_value->IsArrayBuffer()) return "a view of a SharedArrayBuffer";
  v8::Local<v8::ArrayBuffer> buffer = buffer_value.As<v8::ArrayBuffer>();
  if (buffer->WasDetached()) return "a view of a detached ArrayBuffer";
  size_t offset = view->ByteOffset();
  bool whole = offset == 0 && bytes == buffer->ByteLength();
  int64_t met = whole ? objects_->Recall(buffer) : objects_->Find(buffer);
  if (met >= 0 && offset + bytes <= LengthOf(met)) {
    out_->Varint(offset);
    out_->Varint(elements);
    out_->Tag(WireTag::kReference);
    out_->Varint(static_cast<uint64_t>(met));
    return nullptr;
  }
  out_->Varint(0);
  out_->Varint(elements);
  if (!whole || met >= 0) objects_->Skip();
  return Write(buffer, offset, bytes);
}

void BufferWriter::NoteLength(int64_t number, size_t length) {
  // Of a part it has no number; met again, it keeps the length of the first time.
  if (number >= 0 && (lengths_.empty() || lengths_.back().number < number)) {
    lengths_.push_back({number, length});
  }
}

size_t BufferWriter::LengthOf(int64_t number) const {
  auto found = std::ranges::lower_bound(lengths_, number, {}, &Length::number);
  return found != lengths_.end() && found->number == number ? found->bytes : 0;
}

}  // namespace isolet
