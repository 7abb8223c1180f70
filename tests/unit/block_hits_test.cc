#include "lib/block_hits.h"

#include <gtest/gtest.h>

#include <vector>

namespace bigscan {
namespace {

std::vector<size_t> Begins(const BlockHits& hits) {
  std::vector<size_t> begins;
  for (const Run& record : hits.records()) begins.push_back(record.begin);
  return begins;
}

TEST(BlockHits, AreSortedAndSingleAfterDisorder) {
  BlockHits hits(false);
  hits.Add({4, 6});
  hits.ExpectDisorder();
  hits.Add({0, 2});
  hits.Add({4, 6});
  hits.Sort();
  EXPECT_EQ(Begins(hits), (std::vector<size_t>{0, 4}));
}

TEST(BlockHits, PatternsOfARecordComeTogether) {
  BlockHits hits(true);
  hits.AddPattern(4, 1);
  hits.AddPattern(0, 2);
  hits.AddPattern(4, 0);
  hits.AddPattern(4, 1);
  hits.Sort();
  EXPECT_EQ(hits.patterns(), (std::vector<PatternHit>{{0, 2}, {4, 0}, {4, 1}}));
}

TEST(BlockHits, GoBackToAMark) {
  BlockHits hits(true);
  hits.Add({0, 2});
  const BlockHits::Mark mark = hits.mark();
  hits.Add({2, 4});
  hits.AddPattern(2, 0);
  hits.BackTo(mark);
  EXPECT_EQ(Begins(hits), std::vector<size_t>{0});
  EXPECT_TRUE(hits.patterns().empty());
}

TEST(BlockHits, InvertLeavesTheRunsBetween) {
  BlockHits hits(false);
  hits.Add({2, 4});
  hits.Add({4, 6});
  hits.Add({9, 12});
  hits.Invert(12);
  EXPECT_EQ(Begins(hits), (std::vector<size_t>{0, 6}));
  EXPECT_EQ(hits.records().back().end, 9u);
  hits.Clear();
  hits.Invert(0);
  EXPECT_TRUE(hits.empty());
}

TEST(BlockHits, SettleLeavesOneFaultOfEachRecordThatIsNoHit) {
  const absl::Status reason = absl::ResourceExhaustedError("limit");
  // The first one is of another block; this one begins at 100.
  const std::vector<RecordFault> faults = {{{120, 122}, reason},
                                           {{110, 112}, reason},
                                           {{104, 106}, reason},
                                           {{110, 112}, reason},
                                           {{102, 104}, reason}};
  BlockHits hits(false);
  hits.Add({4, 6});
  std::vector<RecordFault> settled = faults;
  hits.Settle(1, 100, &settled);
  ASSERT_EQ(settled.size(), 3u);
  EXPECT_EQ(settled[0].record.begin, 120u);
  EXPECT_EQ(settled[1].record.begin, 102u);
  EXPECT_EQ(settled[2].record.begin, 110u);

  BlockHits telling(true);
  telling.Add({4, 6});
  settled = faults;
  telling.Settle(1, 100, &settled);
  EXPECT_EQ(settled.size(), 4u) << "which patterns match matters";
}

}  // namespace
}  // namespace bigscan
