// Encodes ArrayBuffers and the views of them.
//
// Thread: any, always that of the values' isolate.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "isolate/function_port.h"
#include "isolate/object_index.h"
#include "isolate/write_problem.h"
#include "shared/memory_budget.h"
#include "shared/size_meter.h"
#include "shared/wire_format.h"

namespace isolet {

class BufferWriter {
 public:
  BufferWriter(v8::Isolate* isolate, WireWriter* out, SizeMeter* meter, ObjectIndex* objects)
      : isolate_(isolate), out_(out), meter_(meter), objects_(objects) {}

  // Buffers that are written whole are to be the reader's: see MoveAll. `budget` is what they are
  // charged to; null: to nobody's.
  void Move(FunctionPort& port, MemoryBudget* budget) {
    port_ = &port;
    budget_ = budget;
  }
  bool moves() const { return port_ != nullptr; }
  // Once all has been written, and no code of the value's runs any more: takes the memory of those
  // buffers away from their side. kUncloneable: one has changed since, and none is taken; kStopped:
  // some may be. Throws std::bad_alloc.
  WriteProblem MoveAll();

  // Both return what the value is called where it can't cross, null where it was
  // written or (the meter knows) is too large. Throw std::bad_alloc.
  const char* Write(v8::Local<v8::ArrayBuffer> buffer, size_t offset, size_t length);
  const char* WriteView(v8::Local<v8::ArrayBufferView> view);

 private:
  struct Length {
    int64_t number;
    size_t bytes;
  };

  struct Moved {
    v8::Global<v8::ArrayBuffer> buffer;
    size_t bytes;
    // Where its memory goes; none: it has been copied.
    std::optional<uint32_t> attachment;
  };

  // Whether what is written of a buffer is to be moved: never a part of one, which is often a
  // window on a pool, nor what can't be detached.
  bool IsToMove(v8::Local<v8::ArrayBuffer> buffer, size_t offset, size_t length) const;

  // How much was written of the buffer that has this number.
  void NoteLength(int64_t number, size_t length);
  size_t LengthOf(int64_t number) const;

  v8::Isolate* const isolate_;
  WireWriter* const out_;
  SizeMeter* const meter_;
  ObjectIndex* const objects_;
  std::vector<Length> lengths_;   // of buffers, by number
  FunctionPort* port_ = nullptr;  // null: all are copied
  MemoryBudget* budget_ = nullptr;
  std::vector<Moved> moved_;
};

}  // namespace isolet
