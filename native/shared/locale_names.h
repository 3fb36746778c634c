// Counts the distinct names of locales that plugins ask about. ICU keeps some 300 bytes for
// each name that it was ever asked about, for the life of the process (uresbund's cache, ICU 72 to
// 78), and there is no end of names.
//
// Thread: any.
// Owner: Process.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

#include "shared/shared_quota.h"

namespace isolet {

class LocaleNames {
 public:
  // False: refused, as the runtime, which has added `*added` so far, or all runtimes have had
  // what there is. A name that is known is free.
  bool Admit(const std::string& name, uint64_t* added) {
    // Its hash: where two names share one, the second is free.
    const uint64_t hash = std::hash<std::string>{}(name);
    std::lock_guard lock(mutex_);
    if (known_.contains(hash)) return true;
    if (!quota_.Take(*added, 1)) return false;
    ++*added;
    known_.insert(hash);
    return true;
  }

 private:
  // 15 MB of ICU's memory; the world has some thousand.
  static constexpr uint64_t kMost = 50'000;

  std::mutex mutex_;
  SharedQuota quota_{kMost};
  std::unordered_set<uint64_t> known_;  // guarded by mutex_
};

}  // namespace isolet
