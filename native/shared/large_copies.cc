#include "shared/large_copies.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace isolet {
namespace {

// Below, the C library has memory for it.
constexpr size_t kLarge = size_t{1} << 20;
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

LargeCopies::~LargeCopies() { ReturnKept(); }

void LargeCopies::ReturnKept() {
  Kept kept;
  std::swap(kept, *kept_.Lock());
  for (const Block& block : kept.blocks) std::free(block.memory);
}

Attachment LargeCopies::Make(const void* bytes, size_t size) {
  if (size < kLarge) return Attachment::CopyOf(bytes, size);
  const Block block = Take(size);
  if (block.memory == nullptr) return {};
  std::shared_ptr<void> owner(block.memory, [this, block](void*) { GiveBack(block); });
  std::memcpy(block.memory, bytes, size);
  return {std::move(owner), block.memory, size};
}

LargeCopies::Block LargeCopies::Take(size_t bytes) {
  {
    auto kept = kept_.Lock();
    auto found = std::ranges::find_if(kept->blocks,
                                      [&](const Block& block) { return Fits(block.bytes, bytes); });
    if (found != kept->blocks.end()) {
      const Block block = *found;
      kept->blocks.erase(found);
      kept->bytes -= block.bytes;
      return block;
    }
  }
  if (bytes > SIZE_MAX - kStep) return {};
  const size_t rounded = (bytes + kStep - 1) / kStep * kStep;
  return {std::malloc(rounded), rounded};
}

void LargeCopies::GiveBack(Block block) {
  if (!kKeeps || block.bytes > kMostKept) return std::free(block.memory);
  std::vector<Block> surplus;
  {
    auto kept = kept_.Lock();
    auto end = kept->blocks.begin();
    while (kept->bytes + block.bytes > kMostKept) kept->bytes -= (end++)->bytes;
    surplus.assign(kept->blocks.begin(), end);
    kept->blocks.erase(kept->blocks.begin(), end);
    kept->blocks.push_back(block);
    kept->bytes += block.bytes;
  }
  for (const Block& old : surplus) std::free(old.memory);
}

}  // namespace isolet
