#include "cmd/position_check.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

snapshot::Position Plain(uint64_t offset, uint64_t marked) {
  snapshot::Position position;
  position.set_name("/logs/log");
  position.set_path("/logs/log.1");
  position.set_offset(offset);
  position.mutable_head()->set_bytes(marked);
  position.mutable_tail()->set_bytes(marked);
  return position;
}

TEST(PositionCheck, FingerprintsAreOfTheOffset) {
  EXPECT_EQ(WhyImpossible(Plain(0, 0)), "");
  EXPECT_EQ(WhyImpossible(Plain(9, 9)), "");
  EXPECT_EQ(WhyImpossible(Plain(5000, 4096)), "");
  EXPECT_EQ(WhyImpossible(Plain(9, 8)), "/logs/log has fingerprints of another offset");
  EXPECT_NE(WhyImpossible(Plain(5000, 5000)), "");
  snapshot::Position without_tail = Plain(9, 9);
  without_tail.clear_tail();
  EXPECT_NE(WhyImpossible(without_tail), "");
}

TEST(PositionCheck, OfACompressedFileTheTextMayNotBeKnown) {
  snapshot::Position position = Plain(9000, 0);
  position.clear_tail();
  position.set_compressed(true);
  position.set_size(100);
  EXPECT_NE(WhyImpossible(position), "");
  position.mutable_file_head()->set_bytes(100);
  position.mutable_file_tail()->set_bytes(100);
  EXPECT_EQ(WhyImpossible(position), "");
  position.mutable_head()->set_bytes(4097);
  EXPECT_NE(WhyImpossible(position), "");
}

TEST(PositionCheck, AFileIsBesideItsLog) {
  snapshot::Position position = Plain(9, 9);
  position.set_path("/other/log.1");
  EXPECT_EQ(WhyImpossible(position), "/other/log.1 is not beside /logs/log");
  position.set_path("/logs/../log.1");
  EXPECT_NE(WhyImpossible(position), "");
  position.set_path("");
  EXPECT_EQ(WhyImpossible(position), "");
  position.set_name(std::string("/logs/l\0g", 9));
  EXPECT_EQ(WhyImpossible(position), "a log has a name that no file has");
  position.set_name("");
  EXPECT_NE(WhyImpossible(position), "");
}

TEST(PositionCheck, NamesOfAWalkAreBelowItsTop) {
  EXPECT_TRUE(IsBelow("logs/a/b", "logs"));
  EXPECT_TRUE(IsBelow("logs/a..b/..c", "logs/"));
  EXPECT_TRUE(IsBelow("../logs/a", "../logs"));
  EXPECT_TRUE(IsBelow("/a", "/"));
  EXPECT_TRUE(IsBelow("a/b", ""));
  EXPECT_FALSE(IsBelow("logs2/a", "logs"));
  EXPECT_FALSE(IsBelow("logs", "logs"));
  EXPECT_FALSE(IsBelow("logs/../a", "logs"));
  EXPECT_FALSE(IsBelow("logs/a/..", "logs/"));
  EXPECT_FALSE(IsBelow("/etc/a", ""));
  EXPECT_FALSE(IsBelow("../a", ""));
}

}  // namespace
}  // namespace bigscan
