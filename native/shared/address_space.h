// What the system still lets the process map: address space, and a number of
// mappings.
//
// V8 ends the process where an isolate that it makes does not get what it maps, and
// where the host's own heap cannot grow. So a runtime claims its part before it
// starts, and is refused where there is none.
//
// Thread: any.
// Owner: Process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace isolet {

class AddressSpace {
 public:
  // Held by a runtime until it has mapped what it needs to start: several start at
  // once, and what one has found free is not another's.
  class Claim {
   public:
    Claim(Claim&& other) noexcept
        : space_(std::exchange(other.space_, nullptr)), bytes_(other.bytes_) {}
    ~Claim() {
      if (space_ != nullptr) space_->Release(bytes_);
    }

   private:
    friend class AddressSpace;
    Claim(AddressSpace* space, size_t bytes) : space_(space), bytes_(bytes) {}

    AddressSpace* space_;
    const size_t bytes_;
  };

  // None: that many bytes can't be mapped beside what others claim, or there are no
  // mappings to spare beside those of the `runtimes` that live.
  std::optional<Claim> TryClaim(size_t bytes, int64_t runtimes);

 private:
  bool HasMappings(int64_t runtimes);
  void Release(size_t bytes);

  std::mutex mutex_;
  size_t claimed_ = 0;        // guarded by mutex_
  int64_t counted_at_ = 0;    // guarded by mutex_
  bool has_mappings_ = true;  // guarded by mutex_
};

}  // namespace isolet
