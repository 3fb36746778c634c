#include "shared/large_copies.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace isolet {
namespace {

constexpr size_t kStep = size_t{64} << 10;

// A sanitizer finds what uses memory that was freed, but not what was kept.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

// What a block may have more than is asked for.
bool Fits(size_t block, size_t bytes) { return block >= bytes && block - bytes <= bytes / 4; }

}  // namespace

LargeCopies::User::User(LargeCopies& copies) : copies_(copies) {
  copies_.users_.fetch_add(1, std::memory_order_relaxed);
}

LargeCopies::User::~User() {
  // What is given back at this moment stays until the next: it is one block.
  if (copies_.users_.fetch_sub(1, std::memory_order_relaxed) == 1) copies_.ReturnKept();
}

LargeCopies::Block LargeCopies::Blocks::Remove(size_t index) {
  const Block block = all[index];
  std::copy(all.begin() + index + 1, all.begin() + count, all.begin() + index);
  --count;
  bytes -= block.bytes;
  return block;
}

void LargeCopies::Blocks::Add(Block block) {
  all[count++] = block;
  bytes += block.bytes;
}

void LargeCopies::Blocks::Free() {
  for (size_t i = 0; i < count; ++i) std::free(all[i].memory);
}

void LargeCopies::ReturnKept() {
  Blocks kept = std::exchange(*kept_.Lock(), Blocks());
  kept.Free();
}

Attachment LargeCopies::Make(const void* bytes, size_t size) {
  // Below, the C library has memory for it.
  if (size < kLeast) return Attachment::CopyOf(bytes, size);
  Block block = Take(size);
  if (block.memory == nullptr) {
    // Where it is short, it is not for keeping.
    ReturnKept();
    block = Take(size);
    if (block.memory == nullptr) return {};
  }
  std::shared_ptr<void> owner(block.memory, [this, block](void*) { GiveBack(block); });
  std::memcpy(block.memory, bytes, size);
  return {std::move(owner), block.memory, size};
}

LargeCopies::Block LargeCopies::Take(size_t bytes) {
  {
    auto kept = kept_.Lock();
    for (size_t i = 0; i < kept->count; ++i) {
      if (Fits(kept->all[i].bytes, bytes)) return kept->Remove(i);
    }
  }
  if (bytes > SIZE_MAX - kStep) return {};
  const size_t rounded = (bytes + kStep - 1) / kStep * kStep;
  return {std::malloc(rounded), rounded};
}

void LargeCopies::GiveBack(Block block) {
  if (!kKeeps || block.bytes > kMostKept || users_.load(std::memory_order_relaxed) == 0) {
    return std::free(block.memory);
  }
  Blocks surplus;
  {
    auto kept = kept_.Lock();
    while (kept->bytes + block.bytes > kMostKept) surplus.Add(kept->Remove(0));
    kept->Add(block);
  }
  surplus.Free();
}

}  // namespace isolet
