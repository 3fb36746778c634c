// Memory that the other side made and an ArrayBuffer of this one holds.
//
// A store that came from the other side and goes back there is unwrapped, not wrapped once more: a
// buffer may go there and back a million times. No memory is adopted by two buffers.
//
// Thread: any (V8 frees stores from its sweeper threads).
// Owner: each store its own; Process knows which there are.
#pragma once

#include <v8.h>

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "shared/guarded.h"
#include "shared/memory_budget.h"
#include "shared/payload.h"

namespace isolet {

class AdoptedMemory {
 public:
  // A store over that memory, which `budget` has been charged for; null: nobody has.
  std::unique_ptr<v8::BackingStore> Adopt(Attachment memory, std::shared_ptr<MemoryBudget> budget);
  // For the other side: the memory of a store that no ArrayBuffer has any more. `budget`, which
  // has been charged for it, is not from here on; null: none is.
  Attachment TakeOut(std::shared_ptr<v8::BackingStore> store, MemoryBudget* budget);

 private:
  struct Adopted {
    AdoptedMemory* registry;
    std::shared_ptr<void> owner;
    std::shared_ptr<MemoryBudget> budget;
  };

  static void Release(void* data, size_t size, void* block);

  // Large ones alone, by their memory: small ones are copied, whichever way they go.
  Guarded<std::unordered_map<const void*, Adopted*>> adopted_;
};

}  // namespace isolet
