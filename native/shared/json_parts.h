// What V8's JSON parser holds beside the heap while it reads a text: of each list or object that is
// open, and of what it has read of it (V8 11 to 14). 16 million `[` took 660 MB.
//
// Thread: any.
// Owner: who reads the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isolet {

class JsonParts {
 public:
  explicit JsonParts(uint64_t most) : most_(most) {}

  // The next piece of the text, which need not be JSON. False: the parser would hold more than
  // `most` bytes, and nothing need be read any more.
  bool Read(const uint16_t* units, size_t count);

 private:
  struct Open {
    bool is_object;
    uint32_t parts;
  };

  bool Add(uint64_t bytes) { return (held_ += bytes) <= most_; }
  bool Begin(bool is_object);
  bool NextPart();
  void End();

  const uint64_t most_;
  uint64_t held_ = 0;
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  std::vector<Open> open_;
};

}  // namespace isolet
