#include "cmd/cluster/merge_groups.h"

#include <gtest/gtest.h>

namespace bigscan {
namespace {

TEST(MergeGroups, FewShardsAreMergedAtOnce) {
  EXPECT_EQ(MergeGroups(1, 0).size(), 0u);
  EXPECT_EQ(MergeGroups(64, 0).size(), 0u);
}

TEST(MergeGroups, ManyAreMergedByTheirSquareRoot) {
  EXPECT_EQ(MergeGroups(65, 0).size(), 8u);
  EXPECT_EQ(MergeGroups(100, 0).size(), 10u);
  EXPECT_EQ(MergeGroups(100'000, 0).size(), 316u);
}

TEST(MergeGroups, AWidthThatHasAllIsNoTree) {
  EXPECT_EQ(MergeGroups(16, 15).size(), 2u);
  EXPECT_EQ(MergeGroups(16, 16).size(), 0u);
  EXPECT_EQ(MergeGroups(16, 100'000).size(), 0u);
}

TEST(MergeGroups, EachShardIsInOneGroup) {
  for (const uint32_t width : {0, 1, 2, 7, 63}) {
    for (uint32_t shards = 65; shards < 300; ++shards) {
      const MergeGroups groups(shards, width);
      uint32_t next = 1;
      for (uint32_t group = 1; group <= groups.size(); ++group) {
        EXPECT_EQ(groups.first(group), next);
        EXPECT_GE(groups.last(group), next);
        next = groups.last(group) + 1;
      }
      EXPECT_EQ(next, shards + 1) << width;
    }
  }
}

}  // namespace
}  // namespace bigscan
