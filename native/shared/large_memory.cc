#include "shared/large_memory.h"

#include <algorithm>
#include <cstdlib>

// A sanitizer looks after what malloc gives alone.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ISOLET_HAS_HUGE_PAGES 1
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#endif

namespace isolet {
namespace {

void* AllocateSmall(size_t bytes) { return std::malloc(std::max<size_t>(bytes, 1)); }

}  // namespace

#ifdef ISOLET_HAS_HUGE_PAGES
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
// Below, malloc has more often memory that was used before than there is room for a huge page.
constexpr size_t kLeast = 2 * kHugePage;

size_t InPages(size_t bytes) {
  static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) & ~(page - 1);
}

}  // namespace

void* AllocateLarge(size_t bytes) {
  if (bytes < kLeast) return AllocateSmall(bytes);
  if (bytes > SIZE_MAX / 2) return nullptr;
  const size_t used = InPages(bytes);
  const size_t reserved = used + kHugePage;
  void* mapping =
      mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<char*>(mapping);
  const size_t before = (kHugePage - (reinterpret_cast<uintptr_t>(begin) % kHugePage)) % kHugePage;
  const size_t after = reserved - before - used;
  if (before != 0) munmap(begin, before);
  if (after != 0) munmap(begin + before + used, after);
  // Refused where the system has none: then it is memory like any other.
  madvise(begin + before, used, MADV_HUGEPAGE);
  return begin + before;
}

void FreeLarge(void* memory, size_t bytes) {
  if (bytes < kLeast) {
    std::free(memory);
  } else {
    munmap(memory, InPages(bytes));
  }
}
#else
void* AllocateLarge(size_t bytes) { return AllocateSmall(bytes); }
void FreeLarge(void* memory, size_t) { std::free(memory); }
#endif

}  // namespace isolet
