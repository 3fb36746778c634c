// Writes what WebAssembly modules are made of.
//
// Thread: any.
// Owner: nobody; functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isolet {

// LEB128, as the wire format has it.
inline void AppendVarint(std::vector<uint8_t>& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<uint8_t>(value));
}

inline void Append(std::vector<uint8_t>& out, const uint8_t* bytes, size_t count) {
  out.insert(out.end(), bytes, bytes + count);
}

// With its length before it, as sections and the bodies of functions are.
inline void AppendSized(std::vector<uint8_t>& out, const std::vector<uint8_t>& content) {
  AppendVarint(out, content.size());
  Append(out, content.data(), content.size());
}

}  // namespace isolet
