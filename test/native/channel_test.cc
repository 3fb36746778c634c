#include "shared/channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace isolet {
namespace {

class NoHost final : public HostWaker {
 public:
  void WakeHost(uint64_t) override {}
};

Message Carrying(const std::vector<uint64_t>& ids) {
  Message message;
  message.kind = MessageKind::kReply;
  for (uint64_t id : ids) message.payload.handles().Add(id);
  return message;
}

class ChannelTest : public testing::Test {
 protected:
  // What has been released on that side since the last look.
  std::vector<uint64_t> ReleasedAtHost() {
    std::vector<uint64_t> ids;
    Message message;
    while (channel_.TakeFromRuntime(message)) {
      EXPECT_EQ(message.kind, MessageKind::kRelease);
      ids.push_back(message.target);
    }
    return ids;
  }
  std::vector<uint64_t> ReleasedAtRuntime() {
    std::vector<uint64_t> ids;
    Message message;
    while (channel_.TakeFromHost(message)) {
      EXPECT_EQ(message.kind, MessageKind::kRelease);
      ids.push_back(message.target);
    }
    return ids;
  }

  Channel channel_{std::make_shared<NoHost>(), 1};
};

using Ids = std::vector<uint64_t>;

TEST_F(ChannelTest, WhatNobodyTakesGoesBackToItsSender) {
  channel_.PostToHost(Carrying({1, 2}));
  channel_.PostToRuntime(Carrying({3}));
  {
    Message at_host;
    ASSERT_TRUE(channel_.TakeFromRuntime(at_host));
    Message at_runtime;
    ASSERT_TRUE(channel_.TakeFromHost(at_runtime));
    EXPECT_FALSE(channel_.HostHasMessages());
    EXPECT_FALSE(channel_.RuntimeHasMessages());
  }
  EXPECT_EQ(ReleasedAtRuntime(), (Ids{1, 2}));
  EXPECT_EQ(ReleasedAtHost(), Ids{3});
}

TEST_F(ChannelTest, WhatIsTakenStays) {
  channel_.PostToHost(Carrying({1, 2, 3}));
  {
    Message message;
    ASSERT_TRUE(channel_.TakeFromRuntime(message));
    message.payload.handles().Take(1);
    message.payload.handles().Take(2);
  }
  EXPECT_EQ(ReleasedAtRuntime(), Ids{3});
}

TEST_F(ChannelTest, IdsThatTheMessageDoesNotCarryAreIgnored) {
  channel_.PostToHost(Carrying({1, 2}));
  {
    Message message;
    ASSERT_TRUE(channel_.TakeFromRuntime(message));
    message.payload.handles().Take(7);
    message.payload.handles().Take(1);
    message.payload.handles().Take(1);
    message.payload.handles().Take(2);
    message.payload.handles().Take(2);
  }
  EXPECT_EQ(ReleasedAtRuntime(), Ids{});
}

TEST_F(ChannelTest, GivesBackOnceHoweverOftenAMessageIsMoved) {
  channel_.PostToHost(Carrying({1}));
  {
    std::vector<Message> aside;
    Message message;
    ASSERT_TRUE(channel_.TakeFromRuntime(message));
    aside.push_back(std::move(message));
    Message again = std::move(aside.front());
    aside.clear();
    EXPECT_EQ(ReleasedAtRuntime(), Ids{});
    again = Message();
    EXPECT_EQ(ReleasedAtRuntime(), Ids{1});
  }
  EXPECT_EQ(ReleasedAtRuntime(), Ids{});
}

TEST_F(ChannelTest, TakingTheNextMessageEndsTheOneBefore) {
  channel_.PostToRuntime(Carrying({1}));
  channel_.PostToRuntime(Carrying({2}));
  Message message;
  ASSERT_TRUE(channel_.TakeFromHost(message));
  ASSERT_TRUE(channel_.TakeFromHost(message));
  EXPECT_EQ(ReleasedAtHost(), Ids{1});
}

TEST_F(ChannelTest, ReportsOfFailuresAreGivenBackToo) {
  Message posted = Carrying({1});
  posted.failure = std::make_unique<Failure>();
  posted.failure->report = std::make_shared<Payload>();
  posted.failure->report->handles().Add(2);
  channel_.PostToHost(std::move(posted));
  {
    Message message;
    ASSERT_TRUE(channel_.TakeFromRuntime(message));
  }
  Ids released = ReleasedAtRuntime();
  std::ranges::sort(released);
  EXPECT_EQ(released, (Ids{1, 2}));
}

TEST_F(ChannelTest, WhatIsNotSentIsNotGivenBack) {
  {
    Message message = Carrying({1, 2});
    EXPECT_EQ(message.payload.handles().Withdraw(), (Ids{1, 2}));
    EXPECT_EQ(message.payload.handles().Withdraw(), Ids{});
    Message never_posted = Carrying({3});
  }
  EXPECT_EQ(ReleasedAtRuntime(), Ids{});
  EXPECT_EQ(ReleasedAtHost(), Ids{});
}

TEST(Channel, EndsWithMessagesUnderWay) {
  auto channel = std::make_unique<Channel>(std::make_shared<NoHost>(), 1);
  channel->PostToHost(Carrying({1}));
  channel->PostToRuntime(Carrying({2}));
  channel.reset();
}

}  // namespace
}  // namespace isolet
