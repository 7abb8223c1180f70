#include "lib/replacement_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace bigscan {
namespace {

class ReplacementFileTest : public testing::Test {
 protected:
  ReplacementFileTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~ReplacementFileTest() override { std::filesystem::remove_all(directory_); }

  std::string Contents() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t Files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  const std::string directory_ = testing::TempDir() + "/replacement_file_test";
  const std::string path_ = directory_ + "/file";
};

TEST_F(ReplacementFileTest, ReplacesWhenItIsCommitted) {
  std::ofstream(path_) << "old";
  auto file = ReplacementFile::Create(path_).value();
  const std::string large(1 << 20, 'x');
  ASSERT_TRUE(file->Append(large).ok());
  ASSERT_TRUE(file->Append("y").ok());
  EXPECT_EQ(Contents(), "old");
  ASSERT_TRUE(file->Commit().ok());
  file.reset();
  EXPECT_EQ(Contents(), large + "y");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(ReplacementFileTest, LeavesTheOldOneOtherwise) {
  std::ofstream(path_) << "old";
  auto file = ReplacementFile::Create(path_).value();
  ASSERT_TRUE(file->Append("new").ok());
  file.reset();
  EXPECT_EQ(Contents(), "old");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(ReplacementFileTest, NamesTheFileThatCanNotBe) {
  EXPECT_EQ(ReplacementFile::Create(directory_).status().message(),
            directory_ + ": is no regular file, which could be replaced");
  EXPECT_EQ(ReplacementFile::Create(directory_ + "/no/file").status().message(),
            directory_ + "/no/file: No such file or directory");
}

TEST(DirectoryOf, IsWhatIsBeforeTheName) {
  EXPECT_EQ(DirectoryOf("file"), ".");
  EXPECT_EQ(DirectoryOf("/file"), "/");
  EXPECT_EQ(DirectoryOf("a/b/file"), "a/b/");
}

TEST_F(ReplacementFileTest, IsSeenBeforeUnderAFixedName) {
  std::ofstream(path_) << "old";
  std::ofstream(path_ + ".new") << "what a run before has left, which is longer";
  auto file = ReplacementFile::CreateAs(path_, path_ + ".new").value();
  ASSERT_TRUE(file->Append("new").ok());
  ASSERT_TRUE(file->Sync().ok());
  std::ifstream seen(file->temporary());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(seen), {}), "new");
  EXPECT_EQ(Contents(), "old");
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Contents(), "new");
  EXPECT_EQ(Files(), 1u);
}

}  // namespace
}  // namespace bigscan
