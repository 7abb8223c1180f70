#include "ipc/lane.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "ipc/child.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

using EchoLane = Lane<uint64_t, uint64_t>;

constexpr int kLongMillis = 10'000;  // no wake takes so long, unless it is lost

void WaitForParent(EchoLane* lane, uint64_t* message) {
  while (!lane->TakeFromParent(message)) {
    lane->AnnounceChildSleep();
    if (lane->WaitingForChild() == 0 && !ReceiveMessage(lane->child_socket()).ok()) _exit(0);
    lane->ChildAwake();
  }
}

// Sends each message back, until the coordinator is gone.
Child ForkEcho(EchoLane* lane) {
  Child child = Child::Fork([lane] {
                  lane->BecomeChild();
                  while (true) {
                    uint64_t message = 0;
                    WaitForParent(lane, &message);
                    lane->SendToParent(message);
                    lane->WakeParent();
                  }
                }).value();
  lane->BecomeParent();
  return child;
}

// False when nothing wakes the coordinator.
bool WaitForChild(EchoLane* lane, uint64_t* message) {
  while (!lane->TakeFromChild(message)) {
    lane->AnnounceParentSleep();
    if (!lane->HasFromChild()) {
      pollfd ready{.fd = lane->parent_socket(), .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, kLongMillis) != 1 || (ready.revents & POLLHUP) != 0) return false;
      TakeWake(lane->parent_socket());
    }
    lane->ParentAwake();
  }
  return true;
}

// 100,000 messages in all. With few messages under way both sides sleep all the time; with many,
// hardly ever.
class LaneEcho : public testing::TestWithParam<size_t> {};

TEST_P(LaneEcho, EachMessageComesBackInOrderAndNoWakeIsLost) {
  constexpr uint64_t kMessages = 25'000;
  const std::shared_ptr<EchoLane> lane = EchoLane::Create().value();
  const Child child = ForkEcho(lane.get());
  uint64_t sent = 0;
  for (uint64_t expected = 0; expected < kMessages; ++expected) {
    while (sent < kMessages && sent - expected < GetParam()) lane->SendToChild(sent++);
    uint64_t got = 0;
    ASSERT_TRUE(WaitForChild(lane.get(), &got)) << "after " << expected << " messages";
    ASSERT_EQ(got, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(UnderWay, LaneEcho, testing::Values(1, 2, 5, EchoLane::kCapacity));

TEST(Lane, CountsWhatTheChildHasNotTaken) {
  const std::shared_ptr<EchoLane> lane = EchoLane::Create().value();
  EXPECT_EQ(lane->QueuedForChild(), 0u);
  for (uint64_t i = 0; i < EchoLane::kCapacity; ++i) lane->SendToChild(i);
  EXPECT_EQ(lane->QueuedForChild(), EchoLane::kCapacity);
  uint64_t message = 0;
  ASSERT_TRUE(lane->TakeFromParent(&message));
  EXPECT_EQ(lane->QueuedForChild(), EchoLane::kCapacity - 1);
}

TEST(Lane, NobodyAsleepIsNotWoken) {
  const std::shared_ptr<EchoLane> lane = EchoLane::Create().value();
  lane->SendToChild(1);
  pollfd ready{.fd = lane->child_socket(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&ready, 1, 0), 0);
}

TEST(Lane, OneAnnouncementIsOneWake) {
  const std::shared_ptr<EchoLane> lane = EchoLane::Create().value();
  lane->AnnounceChildSleep();
  lane->SendToChild(1);
  lane->SendToChild(2);
  EXPECT_FALSE(ReceiveMessage(lane->child_socket()).value().has_value());
  pollfd ready{.fd = lane->child_socket(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&ready, 1, 0), 0);
}

TEST(Lane, ResultsOfADeadChildCanStillBeTaken) {
  const std::shared_ptr<EchoLane> lane = EchoLane::Create().value();
  {
    Child child = ForkEcho(lane.get());
    lane->SendToChild(7);
    while (!lane->HasFromChild()) usleep(1000);
    child.Kill();
    child.Reap();
  }
  uint64_t message = 0;
  ASSERT_TRUE(lane->TakeFromChild(&message));
  EXPECT_EQ(message, 7u);
}

TEST(Lane, DeathOfTheChildShowsAsEndOfFile) {
  const std::shared_ptr<EchoLane> lane = EchoLane::Create().value();
  Child child = ForkEcho(lane.get());
  child.Kill();
  pollfd ready{.fd = lane->parent_socket(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&ready, 1, kLongMillis), 1);
  EXPECT_NE(ready.revents & POLLHUP, 0);
}

TEST(Lane, WakingTheDeadDoesNothing) {
  LaneSocket socket = LaneSocket::Create().value();
  socket.child.Reset();
  SendWake(socket.parent.get());
  TakeWake(socket.parent.get());
}

TEST(LaneSocket, SourceArrivesWithItsDescriptor) {
  const LaneSocket socket = LaneSocket::Create().value();
  const UniqueFd file = FileHolding("contents");
  const int fd = file.get();
  ASSERT_TRUE(SendSource(socket.parent.get(), 42, {&fd, 1}, {}).ok());
  auto received = ReceiveMessage(socket.child.get());
  ASSERT_TRUE(received.ok() && received->has_value()) << received.status();
  EXPECT_EQ((*received)->id, 42u);
  ASSERT_EQ((*received)->files.size(), 1u);
  EXPECT_EQ(Contents((*received)->files[0].fd.get()), "contents");
}

TEST(LaneSocket, PackArrivesInOneMessageInOrder) {
  const LaneSocket socket = LaneSocket::Create().value();
  std::vector<UniqueFd> files;
  std::vector<int> fds;
  std::vector<uint64_t> sizes;
  for (size_t i = 0; i < kMostPackedFiles; ++i) {
    files.push_back(FileHolding(std::to_string(i)));
    fds.push_back(files.back().get());
    sizes.push_back(i * 1000);
  }
  ASSERT_TRUE(SendSource(socket.parent.get(), 7, fds, sizes).ok());
  auto received = ReceiveMessage(socket.child.get());
  ASSERT_TRUE(received.ok() && received->has_value()) << received.status();
  EXPECT_EQ((*received)->id, 7u);
  ASSERT_EQ((*received)->files.size(), kMostPackedFiles);
  for (size_t i = 0; i < kMostPackedFiles; ++i) {
    EXPECT_EQ((*received)->files[i].size, i * 1000);
    EXPECT_EQ(Contents((*received)->files[i].fd.get()), std::to_string(i));
  }
}

TEST(LaneSocket, WakeIsNoSource) {
  const LaneSocket socket = LaneSocket::Create().value();
  SendWake(socket.parent.get());
  const auto received = ReceiveMessage(socket.child.get());
  ASSERT_TRUE(received.ok());
  EXPECT_FALSE(received->has_value());
}

TEST(LaneSocket, OtherSideGoneIsAnError) {
  LaneSocket socket = LaneSocket::Create().value();
  socket.parent.Reset();
  EXPECT_FALSE(ReceiveMessage(socket.child.get()).ok());
}

TEST(LaneSocket, ManyWakesDoNotBlockTheSender) {
  const LaneSocket socket = LaneSocket::Create().value();
  for (int i = 0; i < 10'000; ++i) SendWake(socket.parent.get());
}

TEST(Lane, ChildrenThatAreForkedLaterDoNotHaveIt) {
  const auto lane = EchoLane::Create().value();
  const Child echo = ForkEcho(lane.get());
  Child other = Child::Fork([&lane] {
                  signal(SIGSEGV, SIG_DFL);
                  lane->SendToParent(1);
                  _exit(0);
                }).value();
  EXPECT_EQ(other.Reap().signal, SIGSEGV);
}

}  // namespace
}  // namespace bigscan
