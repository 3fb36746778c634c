// Memory that one encoding after another writes to, and that is kept between them: what is freed at
// the end of each, the C library gives back to the system, and a page that is got again costs as
// much as a kilobyte encoded.
//
// Thread: any, always that of its realm; one encoding at a time.
// Owner: Realm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace isolet {

class ScratchBuffer {
 public:
  // Only the pages that were written to are there.
  static constexpr size_t kBytes = size_t{256} << 10;

  // Null: the system has no memory left.
  uint8_t* data() {
    if (bytes_ == nullptr) bytes_.reset(static_cast<uint8_t*>(std::malloc(kBytes)));
    return bytes_.get();
  }

 private:
  struct Free {
    void operator()(uint8_t* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<uint8_t, Free> bytes_;
};

}  // namespace isolet
