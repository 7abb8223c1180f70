#include "cmd/state_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

const std::string& Path() {
  static const std::string path = absl::StrCat(testing::TempDir(), "/state_lock_test.", getpid());
  return path;
}

TEST(StateLock, TellsWhoHasIt) {
  const auto lock = StateLock::Acquire(Path(), 0);
  ASSERT_TRUE(lock.ok());
  const auto other = StateLock::Acquire(Path(), 1000);
  EXPECT_EQ(other.status().message(), absl::StrCat(Path(), ": in use by process ", getpid()));
}

TEST(StateLock, IsThereAgainAndLeavesNothing) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(StateLock::Acquire(Path(), 0).ok());
    EXPECT_FALSE(std::filesystem::exists(Path() + ".lock"));
  }
}

TEST(StateLock, NamesWhatCanNotBeMade) {
  const auto lock = StateLock::Acquire("/nowhere/state", 0);
  EXPECT_EQ(lock.status().message().substr(0, 20), "/nowhere/state.lock:");
}

}  // namespace
}  // namespace bigscan
