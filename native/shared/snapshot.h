// What runtimes begin with that were given a snapshot: V8's own of a whole realm, or, where
// this Node can't make such, the scripts that lead there, with the code that V8 has compiled.
//
// Thread: any (immutable once made).
// Owner: shared by the runtimes that are made from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isolet {

struct Snapshot {
  struct Script {
    std::string name;            // UTF-8
    std::string source;          // UTF-8
    std::vector<uint8_t> cache;  // of its code; empty: none
  };

  // V8's; empty: it is the scripts.
  std::vector<char> blob;
  std::vector<Script> scripts;
};

}  // namespace isolet
