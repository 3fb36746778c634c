// Counts the distinct types of WebAssembly modules. V8 has one table of them for the whole
// process, which never shrinks: with a million entries (Node 22 and 24; two million on 26)
// it calls its fatal handler in whichever isolate comes next, with the table locked.
//
// A type that was counted once is free from then on, for all runtimes, so that modules of
// the same kind cost next to nothing.
//
// Thread: any.
// Owner: Process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "shared/shared_quota.h"

namespace isolet {

class WasmTypes {
 public:
  // `most` of all runtimes together; the host's own modules need some, too.
  explicit WasmTypes(uint64_t most) : quota_(most) {}

  // What a module would add to the table.
  struct Section {
    // Function types that mean the same in every module; each once.
    std::set<std::string> signatures;
    // From the first type on that is of another kind: all of the section, as what is in it
    // refers to what comes before, and the most types that there can be. Empty: none.
    std::string others;
    uint64_t most_others = 0;
  };
  // `content` of a type section. It is untrusted, and V8's to judge. Empty: more than any
  // runtime may have.
  std::optional<Section> Read(const uint8_t* content, size_t size) const;

  // False: refused, as the runtime, which has added `*added` so far, or all runtimes have
  // had what there is.
  bool Admit(const Section& section, uint64_t* added);

 private:
  // What is known stays, and is the process's: a long one counts as several.
  static constexpr uint64_t kBytesOfOne = 64;
  static uint64_t Cost(const std::string& known, uint64_t types);

  std::mutex mutex_;
  SharedQuota quota_;
  std::set<std::string> known_;  // guarded by mutex_
};

}  // namespace isolet
