#include "shared/free_memory.h"

#include <cstdlib>  // for __GLIBC__, too

#if defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#endif

namespace isolet {

// Other C libraries do it by themselves, and a sanitizer's allocator has its own ways.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

// Less than glibc maps by itself, whatever was freed before.
constexpr size_t kPiece = size_t{96} << 10;
// An arena's heaps are of 64 MiB.
constexpr size_t kMostPieces = (size_t{64} << 20) / kPiece;

struct Pages {
  char* begin;
  size_t bytes;
};

// Those that lie in a piece as a whole.
Pages PagesIn(void* piece, size_t page) {
  const auto begin = (reinterpret_cast<uintptr_t>(piece) + page - 1) & ~(page - 1);
  const auto end = (reinterpret_cast<uintptr_t>(piece) + kPiece) & ~(page - 1);
  return {reinterpret_cast<char*>(begin), end - begin};  // NOLINT(performance-no-int-to-ptr)
}

bool IsResident(char* page, size_t bytes) {
  unsigned char state = 0;
  return mincore(page, bytes, &state) == 0 && (state & 1) != 0;
}

}  // namespace

// glibc keeps up to 64 MB at the end of each thread's arena, once something as large was freed, and
// malloc_trim passes over that (2.42): 16 arenas of 6 MB in use held 550 MB after ten minutes of
// stress. So all there is, is taken, emptied while it is ours, and freed again. Rejected: mallopt's
// M_TRIM_THRESHOLD, which is the host's to set.
void ReturnFreeMemoryOfThread() {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::array<void*, kMostPieces> pieces;
  size_t count = 0;
  while (count < kMostPieces) {
    void* piece = std::malloc(kPiece);
    if (piece == nullptr) break;
    pieces[count++] = piece;
    const auto [begin, bytes] = PagesIn(piece, page);
    // Fresh from the system: then there is no more.
    if (!IsResident(begin + bytes - page, page)) break;
    madvise(begin, bytes, MADV_DONTNEED);
  }
  while (count > 0) std::free(pieces[--count]);
}

// glibc trims arenas only by their ends: 250 MB stayed after 40 deaths of memory.
void ReturnFreeMemory() { malloc_trim(0); }

#else

void ReturnFreeMemoryOfThread() {}
void ReturnFreeMemory() {}

#endif

}  // namespace isolet
