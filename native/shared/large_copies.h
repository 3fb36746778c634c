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

#include <array>
#include <atomic>
#include <cstddef>

#include "shared/guarded.h"
#include "shared/payload.h"

namespace isolet {

class LargeCopies {
 public:
  // Whoever may want copies. While there is none, no memory is kept.
  class User {
   public:
    explicit User(LargeCopies& copies);
    ~User();
    User(const User&) = delete;
    User& operator=(const User&) = delete;

   private:
    LargeCopies& copies_;
  };

  // Without data where the system refuses the memory.
  Attachment Make(const void* bytes, size_t size);
  // To the C library: what is kept.
  void ReturnKept();

  // For tests.
  static constexpr size_t kMostKept = size_t{128} << 20;
  size_t kept() { return kept_.Lock()->bytes; }

 private:
  struct Block {
    void* memory = nullptr;
    size_t bytes = 0;
  };
  // Nothing smaller is kept.
  static constexpr size_t kLeast = size_t{1} << 20;
  static constexpr size_t kMostBlocks = kMostKept / kLeast;

  // Of fixed size, as what is given back comes from destructors, which must not fail.
  struct Blocks {
    std::array<Block, kMostBlocks> all;
    size_t count = 0;
    size_t bytes = 0;
    // The oldest is the first.
    Block Remove(size_t index);
    void Add(Block block);
    void Free();
  };

  Block Take(size_t bytes);
  void GiveBack(Block block);

  Guarded<Blocks> kept_;
  std::atomic<int> users_{0};
};

}  // namespace isolet
