// Copies of large buffers, in memory that earlier ones have left where there is some: the first
// touch of each new page costs more than what is copied into it (16 MiB: 6 ms and more, where the
// copy takes 0.8).
//
// As much is kept as V8 lets become garbage before it collects, and until a runtime ends. The C
// library keeps less, and for the main thread alone. (Rejected: huge pages, which took 1.6 ms, and
// 38 where the system had to make them first.)
//
// Thread: any.
// Owner: Process. It outlives its copies.
#pragma once

#include <cstddef>
#include <vector>

#include "shared/guarded.h"
#include "shared/payload.h"

namespace isolet {

class LargeCopies {
 public:
  ~LargeCopies();

  // Without data where the system refuses the memory.
  Attachment Make(const void* bytes, size_t size);
  // To the system: what is kept.
  void ReturnKept();

  // For tests.
  static constexpr size_t kMostKept = size_t{128} << 20;
  size_t kept() { return kept_.Lock()->bytes; }

 private:
  struct Block {
    void* memory = nullptr;
    size_t bytes = 0;
  };
  struct Kept {
    // The oldest first.
    std::vector<Block> blocks;
    size_t bytes = 0;
  };

  Block Take(size_t bytes);
  void GiveBack(Block block);

  Guarded<Kept> kept_;
};

}  // namespace isolet
