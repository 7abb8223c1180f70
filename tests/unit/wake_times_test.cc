#include "ipc/wake_times.h"

#include <gtest/gtest.h>

namespace bigscan {
namespace {

TEST(WakeTimes, NobodyWantsToBeWoken) {
  WakeTimes wakes(0, 0, 100);
  EXPECT_FALSE(wakes.wanted());
  EXPECT_EQ(wakes.PollMillis(100), -1);
  EXPECT_FALSE(wakes.TakeTick(UINT64_MAX - 1));
  EXPECT_FALSE(wakes.Expired(UINT64_MAX));
}

TEST(WakeTimes, ATickComesAWholePeriodAfterTheLastOne) {
  WakeTimes wakes(5000, 0, 1000);
  EXPECT_TRUE(wakes.wanted());
  EXPECT_EQ(wakes.PollMillis(1000), 5);
  EXPECT_FALSE(wakes.TakeTick(5999));
  EXPECT_TRUE(wakes.TakeTick(9000));
  EXPECT_FALSE(wakes.TakeTick(9001));
  EXPECT_EQ(wakes.PollMillis(9000), 5);
  EXPECT_TRUE(wakes.TakeTick(14000));
}

TEST(WakeTimes, ExpiresAtTheDeadline) {
  const WakeTimes wakes(0, 7000, 1000);
  EXPECT_TRUE(wakes.wanted());
  EXPECT_EQ(wakes.PollMillis(1000), 6);
  EXPECT_FALSE(wakes.Expired(6999));
  EXPECT_TRUE(wakes.Expired(7000));
  EXPECT_EQ(wakes.PollMillis(8000), 0);
}

TEST(WakeTimes, SleepsUntilWhatComesFirstAndNotShorter) {
  EXPECT_EQ(WakeTimes(5000, 3001, 1000).PollMillis(1000), 3);
  EXPECT_EQ(WakeTimes(2000, 9000, 1000).PollMillis(1000), 2);
  EXPECT_EQ(WakeTimes(0, uint64_t{1} << 62, 0).PollMillis(0), 2147483647);
}

}  // namespace
}  // namespace bigscan
