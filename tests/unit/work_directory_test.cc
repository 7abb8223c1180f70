#include "cmd/cluster/work_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bigscan {
namespace {

namespace fs = std::filesystem;

class WorkDirectoryTest : public testing::Test {
 protected:
  WorkDirectoryTest() { fs::remove_all(path_); }
  ~WorkDirectoryTest() override { fs::remove_all(path_); }

  // Whether another process is kept away by the lock.
  bool IsLockedForOthers() const {
    const pid_t child = fork();
    if (child == 0) {
      const auto directory = WorkDirectory::Open(path_, false);
      _exit(directory.ok() && absl::IsUnavailable(directory->Lock().status()) ? 1 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 1;
  }

  const std::string path_ = testing::TempDir() + "/work_directory_test";
};

TEST_F(WorkDirectoryTest, IsMadeWithAllThatIsInIt) {
  const auto directory = WorkDirectory::Open(path_, true);
  ASSERT_TRUE(directory.ok()) << directory.status();
  for (const std::string& file :
       {directory->part(1), directory->merged(1), directory->status(1), directory->merged_status(1),
        directory->merge_status(), directory->result(), directory->manifest()}) {
    EXPECT_TRUE(ReplaceFile(file, "x").ok()) << file;
  }
  EXPECT_TRUE(WorkDirectory::Open(path_, true).ok());
  EXPECT_TRUE(fs::exists(directory->result()));
}

TEST_F(WorkDirectoryTest, IsNotMadeByItsTasks) {
  const auto directory = WorkDirectory::Open(path_, false);
  EXPECT_NE(directory.status().message().find(path_), std::string::npos);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(WorkDirectoryTest, ItsNameIsAbsolute) {
  const fs::path before = fs::current_path();
  fs::current_path(testing::TempDir());
  const auto directory = WorkDirectory::Open("work_directory_test", true);
  fs::current_path(before);
  ASSERT_TRUE(directory.ok());
  EXPECT_EQ(directory->path(), fs::canonical(path_).string());
}

TEST_F(WorkDirectoryTest, AFileInItsPlaceIsNamed) {
  ASSERT_TRUE(ReplaceFile(path_, "x").ok());
  EXPECT_NE(WorkDirectory::Open(path_, true).status().message().find(path_), std::string::npos);
}

TEST_F(WorkDirectoryTest, ItIsLockedUntilTheDescriptorIsClosed) {
  const auto directory = WorkDirectory::Open(path_, true);
  ASSERT_TRUE(directory.ok());
  {
    const absl::StatusOr<UniqueFd> lock = directory->Lock();
    ASSERT_TRUE(lock.ok());
    EXPECT_TRUE(IsLockedForOthers());
  }
  EXPECT_FALSE(IsLockedForOthers());
}

TEST_F(WorkDirectoryTest, FilesAreReadAsTheyWereWritten) {
  ASSERT_TRUE(WorkDirectory::Open(path_, true).ok());
  const std::string file = path_ + "/file";
  EXPECT_EQ(ReadIfThere(file).value(), std::nullopt);
  const std::string bytes = std::string(100'000, 'x') + '\0';
  ASSERT_TRUE(ReplaceFile(file, bytes).ok());
  EXPECT_EQ(ReadIfThere(file).value(), bytes);
  EXPECT_NE(ReadIfThere(path_).status().message().find(path_), std::string::npos);
}

}  // namespace
}  // namespace bigscan
