#include "shared/address_space.h"

#include <cstdlib>

#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#if defined(__linux__)
#include <algorithm>
#include <string>

#include "shared/text_file.h"
#endif
#endif

namespace isolet {
namespace {

// For the host and for runtimes that have started: their heaps grow meanwhile.
constexpr size_t kSpare = size_t{128} << 20;

bool CanMap(size_t bytes) {
#if defined(_WIN32)  // untested
  void* start = VirtualAlloc(nullptr, bytes, MEM_RESERVE, PAGE_NOACCESS);
  if (start == nullptr) return false;
  VirtualFree(start, 0, MEM_RELEASE);
#else
  void* start = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return false;
  munmap(start, bytes);
#endif
  return true;
}

// An isolate takes 15 to 25 mappings; what Linux grants a process by default, 65,530,
// is far off for this many runtimes, and not for some ten times as many.
constexpr int64_t kFewRuntimes = 256;
// To count is to have the system list them all: some 20 ms at the end.
constexpr int64_t kRuntimesBetweenCounts = 64;

#if defined(__linux__)

// An eighth is left for what is there already: its heaps have to grow.
bool HasMappingsToSpare() {
  int64_t taken = 0;
  const std::optional<std::string> granted = ReadTextFile("/proc/sys/vm/max_map_count");
  const bool known = granted && ReadPieces("/proc/self/maps", [&](std::string_view piece) {
                       taken += std::ranges::count(piece, '\n');
                     });
  return !known || taken < std::atoll(granted->c_str()) / 8 * 7;
}

#else  // untested

// Others do not count them.
bool HasMappingsToSpare() { return true; }

#endif

}  // namespace

std::optional<AddressSpace::Claim> AddressSpace::TryClaim(size_t bytes, int64_t runtimes) {
  std::lock_guard lock(mutex_);
  if (!CanMap(claimed_ + bytes + kSpare) || !HasMappings(runtimes)) return std::nullopt;
  claimed_ += bytes;
  return Claim(this, bytes);
}

void AddressSpace::Release(size_t bytes) {
  std::lock_guard lock(mutex_);
  claimed_ -= bytes;
}

bool AddressSpace::HasMappings(int64_t runtimes) {
  if (runtimes < kFewRuntimes) return true;
  if (!has_mappings_ || std::abs(runtimes - counted_at_) >= kRuntimesBetweenCounts) {
    has_mappings_ = HasMappingsToSpare();
    counted_at_ = runtimes;
  }
  return has_mappings_;
}

}  // namespace isolet
