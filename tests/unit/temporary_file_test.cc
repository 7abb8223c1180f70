#include "lib/temporary_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

namespace bigscan {
namespace {

TEST(TemporaryFile, HoldsWhatWasAppended) {
  TemporaryFile file;
  std::string all;
  for (int i = 0; i < 100'000; ++i) {
    const std::string bytes = std::to_string(i);
    ASSERT_TRUE(file.Append(bytes).ok());
    all += bytes;
    EXPECT_EQ(file.size(), all.size());
  }
  ASSERT_TRUE(file.Flush().ok());
  std::string read(all.size() + 1, '\0');
  EXPECT_EQ(pread(file.fd(), read.data(), read.size(), 0), static_cast<ssize_t>(all.size()));
  read.resize(all.size());
  EXPECT_EQ(read, all);
}

TEST(TemporaryFile, HasNoName) {
  const std::string directory = testing::TempDir() + "/temporary_file_test";
  std::filesystem::create_directories(directory);
  setenv("TMPDIR", directory.c_str(), 1);
  TemporaryFile file;
  ASSERT_TRUE(file.Append("x").ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  unsetenv("TMPDIR");
  std::filesystem::remove_all(directory);
}

TEST(TemporaryFile, NamesTheDirectoryThatIsNotThere) {
  setenv("TMPDIR", "/nowhere/at/all", 1);
  TemporaryFile file;
  const absl::Status status = file.Append("x");
  unsetenv("TMPDIR");
  EXPECT_EQ(status.message(), "temporary file in /nowhere/at/all: No such file or directory");
}

TEST(TemporaryFile, CanBeMoved) {
  TemporaryFile first;
  ASSERT_TRUE(first.Append("x").ok());
  const int fd = first.fd();
  TemporaryFile second = std::move(first);
  EXPECT_EQ(second.fd(), fd);
  EXPECT_EQ(second.size(), 1u);
  second = TemporaryFile();
  EXPECT_EQ(second.fd(), -1);
}

}  // namespace
}  // namespace bigscan
