#include "cmd/source_merger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cmd/snapshot_file.h"

namespace bigscan {
namespace {

snapshot::Source Found(uint32_t input, const std::string& output, uint64_t selected) {
  snapshot::Source source;
  source.set_input(input);
  source.set_output(output);
  source.set_selected(selected);
  return source;
}

class SourceMergerTest : public testing::Test {
 protected:
  void Add(uint32_t shard, const snapshot::Source& source) {
    ASSERT_TRUE(merger_.Add(shard, source).ok());
  }
  // "input/shard:selected:output", of each source that has been made; "..." of a part of it.
  std::vector<std::string> End() {
    EXPECT_TRUE(merger_.End().ok());
    std::vector<std::string> made;
    std::string output;
    for (const snapshot::Source& source : sources_) {
      output += source.output();
      if (!source.output().empty()) continue;
      made.push_back(std::to_string(source.input()) + "/" + std::to_string(source.shard()) + ":" +
                     std::to_string(source.selected()) + ":" + output);
      output.clear();
    }
    return made;
  }

  std::vector<snapshot::Source> sources_;
  SourceMerger merger_{[this](const snapshot::Snapshot& piece) {
                         sources_.push_back(piece.source(0));
                         return absl::OkStatus();
                       },
                       nullptr};
};

TEST_F(SourceMergerTest, ShardsInARowBecomeOne) {
  Add(1, Found(0, "a\n", 1));
  Add(1, Found(0, "b\n", 2));
  Add(1, Found(2, "c\n", 1));
  EXPECT_EQ(End(), (std::vector<std::string>{"0/1:3:a\nb\n", "2/1:1:c\n"}));
}

TEST_F(SourceMergerTest, OthersStayApart) {
  Add(1, Found(0, "a\n", 1));
  Add(4, Found(0, "b\n", 1));
  EXPECT_EQ(End(), (std::vector<std::string>{"0/1:1:a\n", "0/4:1:b\n"}));
}

TEST_F(SourceMergerTest, NothingIsFoundOfWhatIsEmpty) {
  Add(1, Found(0, "", 0));
  EXPECT_EQ(End(), std::vector<std::string>());
}

TEST_F(SourceMergerTest, NothingIsPrintedBehindBinaryData) {
  snapshot::Source binary = Found(0, "a\n", 1);
  binary.set_binary(true);
  Add(1, binary);
  Add(1, Found(0, "b\n", 1));
  EXPECT_EQ(End(), (std::vector<std::string>{"0/1:2:a\n"}));
  EXPECT_TRUE(sources_.back().binary());
  EXPECT_TRUE(sources_.back().binary_match());
}

TEST_F(SourceMergerTest, BinaryDataInWhichNothingIsSelectedAreNotTold) {
  snapshot::Source binary = Found(0, "a\n", 1);
  binary.set_binary(true);
  Add(1, binary);
  Add(1, Found(0, "", 0));
  EXPECT_EQ(End().size(), 1u);
  EXPECT_FALSE(sources_.back().binary_match());
}

TEST_F(SourceMergerTest, OutputIsCutInTheSameWayHoweverItComes) {
  const std::string half(kSnapshotPieceBytes / 2 + 1, 'x');
  for (int i = 0; i < 3; ++i) Add(1, Found(0, half, 1));
  EXPECT_EQ(End().size(), 1u);
  ASSERT_EQ(sources_.size(), 3u);
  EXPECT_EQ(sources_[0].output().size(), kSnapshotPieceBytes);
  EXPECT_EQ(sources_[1].output().size(), 3 * half.size() - kSnapshotPieceBytes);
  EXPECT_EQ(sources_[2].selected(), 3u);
}

TEST(SourceMerger, NumbersCountOn) {
  std::string output;
  SourceMerger merger(
      [&](const snapshot::Snapshot& piece) {
        output += piece.source(0).output();
        return absl::OkStatus();
      },
      [](uint32_t) { return NumberShift(0, '\n'); });
  snapshot::Source source = Found(0, "2:a\n5:b\n", 2);
  source.set_records(7);
  ASSERT_TRUE(merger.Add(1, source).ok());
  ASSERT_TRUE(merger.Add(1, source).ok());
  ASSERT_TRUE(merger.Add(9, source).ok());
  ASSERT_TRUE(merger.End().ok());
  EXPECT_EQ(output, "2:a\n5:b\n9:a\n12:b\n2:a\n5:b\n");
}

}  // namespace
}  // namespace bigscan
