#include "shared/spin_policy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "temporary_path.h"

namespace isolet {
namespace {

constexpr Nanos kShort = kMicrosecond;
constexpr Nanos kLong = kMillisecond;

void Win(SpinPolicy& policy, int times) {
  for (int i = 0; i < times; ++i) policy.Won();
}

TEST(SpinPolicy, NeverSpinsOnOneCore) {
  SpinPolicy policy(1);
  EXPECT_EQ(policy.budget(), 0);
  for (int i = 0; i < 100; ++i) {
    policy.Parked(kShort);
    EXPECT_EQ(policy.budget(), 0);
  }
}

TEST(SpinPolicy, StartsWithTheFullBudget) {
  EXPECT_EQ(SpinPolicy(2).budget(), SpinPolicy::kMaxSpin);
  EXPECT_GT(SpinPolicy(2).pauses_per_round(), 0u);
}

TEST(SpinPolicy, AnIdleWaiterStopsSpinning) {
  SpinPolicy policy(2);
  policy.Parked(kLong);
  EXPECT_EQ(policy.budget(), 0);
  policy.Parked(kNever);
  EXPECT_EQ(policy.budget(), 0);
}

TEST(SpinPolicy, ShortParksBringTheBudgetBack) {
  SpinPolicy policy(2);
  const Nanos full = policy.budget();
  policy.Parked(kLong);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(policy.budget(), 0);
    policy.Parked(kShort);
  }
  EXPECT_EQ(policy.budget(), full);
}

TEST(SpinPolicy, ALongParkBetweenThemStartsTheCountAgain) {
  SpinPolicy policy(2);
  policy.Parked(kLong);
  for (int i = 0; i < 10; ++i) {
    policy.Parked(kShort);
    policy.Parked(kLong);
    EXPECT_EQ(policy.budget(), 0);
  }
}

TEST(SpinPolicy, ABurstThatPaidKeepsMostOfTheBudget) {
  SpinPolicy policy(2);
  const Nanos full = policy.budget();
  Win(policy, 10);
  policy.Parked(kLong);
  EXPECT_GT(policy.budget(), full / 2);
  EXPECT_LT(policy.budget(), full);
}

TEST(SpinPolicy, SpinningInVainIsTriedMoreAndMoreSeldom) {
  // As where the other thread is queued on this very core: parking is quick, spinning never wins.
  SpinPolicy policy(2);
  int spun = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (policy.budget() != 0) ++spun;
    policy.Parked(kShort);
  }
  EXPECT_GT(spun, 1);
  EXPECT_LT(spun, 100);
}

TEST(SpinPolicy, RecoversFromBadTimes) {
  SpinPolicy policy(2);
  for (int i = 0; i < 10'000; ++i) policy.Parked(kShort);
  // Now the other thread has a core of its own again.
  int parks = 0;
  for (; policy.budget() == 0; ++parks) policy.Parked(kShort);
  EXPECT_LE(parks, 256);
  Win(policy, 10);
  policy.Parked(kShort);
  EXPECT_GT(policy.budget(), 0);
  // And the next bad time starts from the beginning.
  policy.Parked(kLong);
  policy.Parked(kShort);
  policy.Parked(kShort);
  EXPECT_GT(policy.budget(), 0);
}

TEST(UsableCores, IsAtLeastOne) { EXPECT_GE(UsableCores(), 1u); }

class QuotaCoresTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root_ + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  unsigned Quota() const { return QuotaCores(root_); }

  const TemporaryPath temporary_;
  const std::string& root_ = temporary_.text();
};

TEST_F(QuotaCoresTest, NoCgroupsNoQuota) { EXPECT_EQ(Quota(), kNoQuota); }

TEST_F(QuotaCoresTest, Version2InAContainer) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(Quota(), 2u);
}

TEST_F(QuotaCoresTest, Version2Unlimited) {
  Write("/proc/self/cgroup", "0::/user.slice\n");
  Write("/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  EXPECT_EQ(Quota(), kNoQuota);
}

TEST_F(QuotaCoresTest, FractionsAreRoundedUp) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(Quota(), 2u);
  Write("/sys/fs/cgroup/cpu.max", "10000 100000\n");
  EXPECT_EQ(Quota(), 1u);
}

TEST_F(QuotaCoresTest, TheTightestAncestorBinds) {
  Write("/proc/self/cgroup", "0::/a/b/c\n");
  Write("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
  Write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  Write("/sys/fs/cgroup/a/cpu.max", "100000 100000\n");
  EXPECT_EQ(Quota(), 1u);
}

TEST_F(QuotaCoresTest, Version1) {
  Write("/proc/self/cgroup", "9:cpuset:/x\n4:cpu,cpuacct:/docker/1\n0::/\n");
  Write("/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us", "300000\n");
  Write("/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), 3u);
}

TEST_F(QuotaCoresTest, Version1Unlimited) {
  Write("/proc/self/cgroup", "4:cpu,cpuacct:/\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), kNoQuota);
}

TEST_F(QuotaCoresTest, APathOfTheHostEndsAtTheMount) {
  Write("/proc/self/cgroup", "4:cpu:/docker/unseen\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), 1u);
}

TEST_F(QuotaCoresTest, NonsenseIsNoQuota) {
  Write("/proc/self/cgroup", "nonsense\n\n:\n0::/\n4:cpu:/\n");
  Write("/sys/fs/cgroup/cpu.max", "-5 0\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "x\n");
  EXPECT_EQ(Quota(), kNoQuota);
}

}  // namespace
}  // namespace isolet
