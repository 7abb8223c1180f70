#include "cmd/tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace bigscan {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class TreeWalkTest : public testing::Test {
 protected:
  TreeWalkTest() {
    char path[] = "/tmp/tree_walk_test.XXXXXX";
    if (mkdtemp(path) == nullptr) abort();
    root_ = path;
  }
  ~TreeWalkTest() override { fs::remove_all(root_); }

  void File(const std::string& name) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << "x";
  }
  void Link(const std::string& name, const std::string& target) {
    fs::create_symlink(target, root_ / name);
  }

  // The names below `start`, which begin after the root's path.
  Names Walk(TreeWalk::Options options = {}, const std::string& start = "/") {
    options.name_begin = root_.string().size() + 1;
    TreeWalk walk(root_.string() + start,
                  UniqueFd(open((root_.string() + start).c_str(), O_RDONLY)), rules_, options);
    Names names;
    while (auto file =
               walk.Next([&](const std::string& name, TreeWalk::Problem problem, int error) {
                 complaints_.push_back(name + (problem == TreeWalk::Problem::kLoop ? " loop" : "") +
                                       (error != 0 ? " " + std::to_string(error) : ""));
               })) {
      EXPECT_TRUE(file->fd.valid());
      names.push_back(file->name);
      if (on_file_) on_file_(file->name);
    }
    return names;
  }

  fs::path root_;
  FileRules rules_{{}, {}};
  Names complaints_;
  std::function<void(const std::string&)> on_file_;
};

TEST_F(TreeWalkTest, FilesComeInBytewiseOrderOfTheNamesInEachDirectory) {
  for (const char* name : {"b", "a/z", "a/B", "a.x", "a0", "Z", "\xff"}) File(name);
  EXPECT_EQ(Walk(), (Names{"Z", "a/B", "a/z", "a.x", "a0", "b", "\xff"}));
  EXPECT_TRUE(complaints_.empty());
}

TEST_F(TreeWalkTest, SlashesBehindTheRootBecomeOne) {
  File("d/f");
  EXPECT_EQ(Walk({}, "/d///"), (Names{"d/f"}));
}

TEST_F(TreeWalkTest, EmptyDirectoriesHoldNothing) {
  fs::create_directories(root_ / "a/b");
  EXPECT_TRUE(Walk().empty());
}

TEST_F(TreeWalkTest, LinksAreFollowedOnlyIfAskedFor) {
  File("d/f");
  Link("to_dir", "d");
  Link("to_file", "d/f");
  Link("to_nothing", "nowhere");
  EXPECT_EQ(Walk(), (Names{"d/f"}));
  EXPECT_TRUE(complaints_.empty());
  EXPECT_EQ(Walk({.follow_links = true}), (Names{"d/f", "to_dir/f", "to_file"}));
  EXPECT_EQ(complaints_, (Names{"to_nothing " + std::to_string(ENOENT)}));
}

TEST_F(TreeWalkTest, ADirectoryThatIsItsOwnAncestorIsLeftOut) {
  File("d/f");
  Link("d/up", "..");
  EXPECT_EQ(Walk({.follow_links = true}), (Names{"d/f"}));
  EXPECT_EQ(complaints_, (Names{"d/up loop"}));
}

TEST_F(TreeWalkTest, DeepTreesNeedFewDescriptors) {
  std::string path;
  Names wanted;
  for (int level = 0; level < 30; ++level) {
    File(path + "z");
    wanted.insert(wanted.begin(), path + "z");
    path += "d/";
  }
  size_t most = 0;
  on_file_ = [&](const std::string&) {
    size_t open = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) open += entry.exists();
    most = std::max(most, open);
  };
  EXPECT_EQ(Walk(), wanted);
  EXPECT_LT(most, TreeWalk::kMostOpen + 16);
}

TEST_F(TreeWalkTest, ADirectoryThatWasMovedAwayIsNamed) {
  std::string path;
  for (int level = 0; level < 12; ++level) path += "d/";
  File(path + "f");
  File("d/z");
  bool moved = false;
  on_file_ = [&](const std::string&) {
    if (!moved) fs::rename(root_ / "d", root_ / "e");
    moved = true;
  };
  // The entries of the directories above the moved one were read before.
  EXPECT_EQ(Walk(), (Names{path + "f"}));
  EXPECT_EQ(complaints_, (Names{"d/ " + std::to_string(ENOENT)}));
}

}  // namespace
}  // namespace bigscan
