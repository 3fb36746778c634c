#include "shared/spin_policy.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

#include "shared/text_file.h"

namespace isolet {
namespace {

unsigned AffinityCores() {
#if defined(__linux__)
  // The mask of the calling thread. It fails on machines with more cores than cpu_set_t has bits;
  // those are not short of cores.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
#elif defined(_WIN32)  // untested
  DWORD_PTR process = 0;
  DWORD_PTR system = 0;
  if (GetProcessAffinityMask(GetCurrentProcess(), &process, &system) && process != 0) {
    unsigned cores = 0;
    for (; process != 0; process &= process - 1) ++cores;
    return cores;
  }
#endif
  return std::thread::hardware_concurrency();
}

unsigned CoresOf(double quota, double period) {
  // Rounded up: with one and a half cores, two threads do run at the same time, only not all the
  // time.
  const double cores = quota / period;
  if (!(quota > 0) || !(period > 0) || cores >= 1e6) return kNoQuota;
  const auto whole = static_cast<unsigned>(cores);
  return std::max(1u, whole < cores ? whole + 1 : whole);
}

// What stands before the next `end`, which is taken off `rest` with it.
std::string_view TakeUpTo(char end, std::string_view* rest) {
  const size_t length = std::min(rest->find(end), rest->size());
  const std::string_view taken = rest->substr(0, length);
  rest->remove_prefix(std::min(length + 1, rest->size()));
  return taken;
}

// 0 of what is none.
double NumberOf(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

double ReadNumber(const std::string& path) { return NumberOf(ReadTextFile(path).value_or("")); }

// "max 100000" or "150000 100000".
unsigned QuotaV2(const std::string& folder) {
  const std::string text = ReadTextFile(folder + "/cpu.max").value_or("");
  std::string_view rest = text;
  const double quota = NumberOf(TakeUpTo(' ', &rest));
  return CoresOf(quota, NumberOf(rest));
}

// -1 is no limit.
unsigned QuotaV1(const std::string& folder) {
  return CoresOf(ReadNumber(folder + "/cpu.cfs_quota_us"),
                 ReadNumber(folder + "/cpu.cfs_period_us"));
}

// A limit of any ancestor binds as well. Inside a container the path may be the host's, of which
// only the mount itself is visible; walking up ends there.
unsigned TightestUpwards(const std::string& mount, std::string path,
                         unsigned (*quota_of)(const std::string&)) {
  unsigned cores = kNoQuota;
  for (;;) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    cores = std::min(cores, quota_of(mount + path));
    if (path.empty()) return cores;
    const size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
}

bool HasController(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    if (TakeUpTo(',', &list) == name) return true;
  }
  return false;
}

// The cheapest of a few short runs: one that was interrupted would make a pause look dear.
uint32_t MeasurePausesPerMicrosecond() {
  constexpr int kRuns = 8;
  constexpr int kPauses = 64;
  std::atomic<uint32_t> looked_at{0};
  Nanos best = kNever;
  for (int run = 0; run < kRuns; ++run) {
    const Nanos begin = NowNanos();
    for (int i = 0; i < kPauses; ++i) {
      CpuPause();
      if (looked_at.load(std::memory_order_acquire) != 0) break;
    }
    best = std::min(best, NowNanos() - begin);
  }
  // A clock too coarse for this sees no time pass; assume the cheapest pause then.
  best = std::max<Nanos>(best, kPauses);
  return static_cast<uint32_t>(kMicrosecond * kPauses / best) + 1;
}

uint32_t PausesPerMicrosecond() {
  static const uint32_t pauses = MeasurePausesPerMicrosecond();
  return pauses;
}

}  // namespace

unsigned QuotaCores(const std::string& root) {
  const std::string groups = ReadTextFile(root + "/proc/self/cgroup").value_or("");
  unsigned cores = kNoQuota;
  for (std::string_view rest = groups; !rest.empty();) {
    // hierarchy-id ':' controllers ':' path
    std::string_view line = TakeUpTo('\n', &rest);
    TakeUpTo(':', &line);
    const std::string_view controllers = TakeUpTo(':', &line);
    const std::string path(line);
    if (path.empty()) continue;
    // The usual mount points; reading mountinfo would find others, and hardly anyone has others.
    if (controllers.empty()) {
      cores = std::min(cores, TightestUpwards(root + "/sys/fs/cgroup", path, QuotaV2));
    } else if (HasController(controllers, "cpu")) {
      cores = std::min(cores, TightestUpwards(root + "/sys/fs/cgroup/cpu", path, QuotaV1));
    }
  }
  return cores;
}

unsigned UsableCores() {
  static const unsigned cores = std::max(1u, std::min(AffinityCores(), QuotaCores("")));
  return cores;
}

SpinPolicy::SpinPolicy(unsigned usable_cores)
    : max_budget_(usable_cores > 1 ? kMaxSpin : 0),
      budget_(max_budget_),
      pauses_per_round_(usable_cores > 1 ? PausesPerMicrosecond() : 0) {}

void SpinPolicy::Parked(Nanos parked) {
  if (max_budget_ == 0) return;
  if (wins_ >= kPayingWins) {
    patience_ = 1;
    budget_ -= budget_ / 8;
  } else if (budget_ != 0) {
    patience_ = std::min(patience_ * 2, kMaxPatience);
    budget_ = 0;
  }
  wins_ = 0;
  short_parks_ = parked < kShortWait ? short_parks_ + 1 : 0;
  if (short_parks_ < patience_) return;
  short_parks_ = 0;
  budget_ = max_budget_;
}

}  // namespace isolet
