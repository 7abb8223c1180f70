#include "cmd/snapshot_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace bigscan {
namespace {

class SnapshotFileTest : public testing::Test {
 protected:
  ~SnapshotFileTest() override { std::filesystem::remove(path_); }

  static snapshot::Snapshot Header(uint32_t version = kSnapshotVersion) {
    snapshot::Snapshot piece;
    piece.mutable_header()->set_version(version);
    piece.mutable_header()->set_job("tally");
    return piece;
  }
  void Write(const std::vector<snapshot::Snapshot>& pieces) {
    auto writer = SnapshotWriter::Create(path_).value();
    for (const snapshot::Snapshot& piece : pieces) ASSERT_TRUE(writer->Append(piece).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }
  std::string WhyRefused() {
    const auto reader = SnapshotReader::Open(path_);
    return reader.ok() ? "" : std::string(reader.status().message());
  }
  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string path_ = testing::TempDir() + "/snapshot_file_test";
};

TEST_F(SnapshotFileTest, ReadsWhatWasWritten) {
  snapshot::Snapshot small;
  small.mutable_tally()->add_records(7);
  snapshot::Snapshot large;
  large.add_source()->set_output(std::string(3 << 20, 'x'));
  Write({Header(), large, small});
  auto reader = SnapshotReader::Open(path_).value();
  EXPECT_EQ(reader->header().job(), "tally");
  snapshot::Snapshot piece;
  ASSERT_TRUE(reader->Next(&piece).value());
  EXPECT_EQ(piece.source(0).output().size(), 3u << 20);
  ASSERT_TRUE(reader->Next(&piece).value());
  EXPECT_EQ(piece.source_size(), 0);
  EXPECT_EQ(piece.tally().records(0), 7u);
  EXPECT_FALSE(reader->Next(&piece).value());
}

TEST_F(SnapshotFileTest, IsOneMessage) {
  Write({Header()});
  snapshot::Snapshot all;
  ASSERT_TRUE(all.ParseFromString(Bytes()));
  EXPECT_EQ(all.magic(), "bigscan snapshot");
  EXPECT_EQ(all.header().job(), "tally");
  EXPECT_EQ(all.checksum(), SnapshotReader::Open(path_).value()->checksum());
}

TEST_F(SnapshotFileTest, RefusesOtherVersions) {
  Write({Header(2)});
  EXPECT_EQ(WhyRefused(), path_ + ": a snapshot of version 2, which is not version 1");
}

TEST_F(SnapshotFileTest, RefusesWhatHasNoHeader) {
  Write({});
  EXPECT_EQ(WhyRefused(), path_ + ": the snapshot is damaged, or cut off: it has no header");
}

TEST_F(SnapshotFileTest, RefusesAnyOtherBytes) {
  Write({Header()});
  const std::string good = Bytes();
  for (size_t i = 0; i <= good.size(); ++i) {
    for (int bit = 0; bit < 8 && i < good.size(); ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1 << bit);
      std::ofstream(path_, std::ios::binary) << bad;
      EXPECT_NE(WhyRefused(), "") << i << " " << bit;
    }
    std::ofstream(path_, std::ios::binary) << (i < good.size() ? good.substr(0, i) : good + "x");
    EXPECT_NE(WhyRefused(), "") << i;
  }
}

}  // namespace
}  // namespace bigscan
