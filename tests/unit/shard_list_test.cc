#include "cmd/cluster/shard_list.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cmd/snapshot_file.h"

namespace bigscan {
namespace {

using Numbers = std::vector<uint32_t>;

TEST(Ranges, NumbersInARowAreOne) {
  EXPECT_EQ(Ranges({}, ","), "");
  EXPECT_EQ(Ranges({7}, ","), "7");
  EXPECT_EQ(Ranges({1, 2}, ","), "1-2");
  EXPECT_EQ(Ranges({1, 3, 4, 5, 9}, ", "), "1, 3-5, 9");
}

constexpr uint32_t kShards = 5;

// A work directory with a manifest, and snapshots that have nothing but a header.
class FindMissingTest : public testing::Test {
 protected:
  FindMissingTest() { Write(directory_.manifest(), Header()); }
  ~FindMissingTest() override { std::filesystem::remove_all(path_); }

  static snapshot::Header Header() {
    snapshot::Header header;
    header.set_version(kSnapshotVersion);
    header.set_job("count");
    header.add_input()->set_name("log");
    return header;
  }
  static void Write(const std::string& path, const snapshot::Header& header) {
    auto writer = SnapshotWriter::Create(path);
    ASSERT_TRUE(writer.ok()) << writer.status();
    snapshot::Snapshot piece;
    *piece.mutable_header() = header;
    ASSERT_TRUE((*writer)->Append(piece).ok());
    ASSERT_TRUE((*writer)->Commit().ok());
  }
  void WriteShard(uint32_t shard, const char* job = "count") {
    snapshot::Header header = Header();
    header.set_job(job);
    header.set_shard(shard);
    header.set_shards(kShards);
    Write(directory_.part(shard), header);
  }
  void WriteMerged(uint32_t group, uint32_t first, uint32_t last) {
    snapshot::Header header = Header();
    header.set_shards(kShards);
    header.add_merged()->set_first(first);
    header.mutable_merged(0)->set_last(last);
    Write(directory_.merged(group), header);
  }
  Missing Find(uint32_t width = 0) const {
    return FindMissing(directory_, MergeGroups(kShards, width), kShards).value();
  }

  static WorkDirectory Empty(const std::string& path) {
    std::filesystem::remove_all(path);
    return WorkDirectory::Open(path, true).value();
  }

  const std::string path_ = testing::TempDir() + "/shard_list_test";
  const WorkDirectory directory_ = Empty(path_);
};

TEST_F(FindMissingTest, AllIsMissingAtFirst) {
  EXPECT_EQ(Find().shards, (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(Find().groups, Numbers());
  EXPECT_EQ(Find(2).shards, (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(Find(2).groups, (Numbers{1, 2, 3}));
}

TEST_F(FindMissingTest, WhatIsThereIsNot) {
  for (const uint32_t shard : {1, 2, 4}) WriteShard(shard);
  EXPECT_EQ(Find().shards, (Numbers{3, 5}));
}

TEST_F(FindMissingTest, SnapshotsOfOthersAreMissing) {
  for (uint32_t shard = 1; shard <= kShards; ++shard) WriteShard(shard);
  EXPECT_EQ(Find().shards, Numbers());
  WriteShard(2, "total");
  std::filesystem::copy(directory_.part(3), directory_.part(4),
                        std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(directory_.part(5), 20);
  EXPECT_EQ(Find().shards, (Numbers{2, 4, 5}));
}

TEST_F(FindMissingTest, ShardsThatAreMergedAreNotMissed) {
  WriteMerged(2, 3, 4);
  WriteShard(1);
  EXPECT_EQ(Find(2).shards, (Numbers{2, 5}));
  EXPECT_EQ(Find(2).groups, (Numbers{1, 3}));
}

TEST_F(FindMissingTest, AMergeOfOtherShardsIsMissing) {
  WriteMerged(1, 1, 3);
  WriteMerged(2, 3, 3);
  WriteMerged(3, 5, 5);
  EXPECT_EQ(Find(2).groups, (Numbers{1, 2}));
  EXPECT_EQ(Find(3).groups, (Numbers{2}));
}

TEST_F(FindMissingTest, OfOneGroupAlone) {
  WriteShard(3);
  const MergeGroups groups(kShards, 2);
  EXPECT_EQ(FindMissingOf(2, directory_, groups, kShards)->shards, (Numbers{4}));
  WriteMerged(2, 3, 4);
  EXPECT_EQ(FindMissingOf(2, directory_, groups, kShards)->groups, Numbers());
}

TEST_F(FindMissingTest, WithoutAManifestThereIsNoAnswer) {
  std::filesystem::remove(directory_.manifest());
  const MergeGroups groups(kShards, 0);
  EXPECT_FALSE(FindMissing(directory_, groups, kShards).ok());
}

}  // namespace
}  // namespace bigscan
