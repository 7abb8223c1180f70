#include "lib/thread_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace bigscan {
namespace {

TEST(ThreadTeamTest, DoesEachOnce) {
  for (const size_t threads : {0, 1, 2, 7}) {
    for (const size_t count : {0, 1, 5, 1000}) {
      std::vector<std::atomic<int>> done(count);
      ForEachOnThreads(threads, count, [&](size_t i) { ++done[i]; });
      for (size_t i = 0; i < count; ++i) EXPECT_EQ(done[i], 1) << threads << " " << i;
    }
  }
}

TEST(ThreadTeamTest, HasNoMoreThreadsThanAskedFor) {
  std::vector<std::thread::id> by(1000);
  ForEachOnThreads(3, by.size(), [&](size_t i) { by[i] = std::this_thread::get_id(); });
  EXPECT_LE(std::set<std::thread::id>(by.begin(), by.end()).size(), 3U);
  ForEachOnThreads(1, by.size(), [&](size_t i) { by[i] = std::this_thread::get_id(); });
  EXPECT_EQ(std::set<std::thread::id>(by.begin(), by.end()),
            std::set<std::thread::id>{std::this_thread::get_id()});
}

}  // namespace
}  // namespace bigscan
