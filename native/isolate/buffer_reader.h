// Decodes ArrayBuffers and the views of them.
//
// Thread: any, always that of its isolate.
// Owner: ValueReader.
#pragma once

#include <v8.h>

#include <memory>
#include <utility>

#include "isolate/object_table.h"
#include "shared/memory_budget.h"
#include "shared/wire_format.h"

namespace isolet {

class BufferReader {
 public:
  // Buffers are charged to `budget`; null: to nobody.
  BufferReader(v8::Isolate* isolate, Payload* payload, WireReader* in, ObjectTable* objects,
               std::shared_ptr<MemoryBudget> budget)
      : isolate_(isolate),
        payload_(payload),
        in_(in),
        objects_(objects),
        budget_(std::move(budget)) {}

  // The payload is read again: attached memory is copied, and stays in it.
  void ReadAgain() { is_read_again_ = true; }

  // Both read what follows the tag, and number what they make. Empty with an
  // exception pending where the memory is refused, without where the bytes make no
  // sense.
  v8::Local<v8::Object> Read(WireTag tag);
  v8::Local<v8::Object> ReadView();

 private:
  v8::Local<v8::Object> ReadCopy();
  v8::Local<v8::Object> Adopt(Attachment memory);
  // The buffer of a view.
  v8::Local<v8::Object> ReadBacking();

  v8::Isolate* const isolate_;
  Payload* const payload_;
  WireReader* const in_;
  ObjectTable* const objects_;
  const std::shared_ptr<MemoryBudget> budget_;
  uint32_t attached_ = 0;  // attachments used so far
  bool is_read_again_ = false;
};

}  // namespace isolet
