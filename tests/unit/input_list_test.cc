#include "cmd/input_list.h"

#include <gtest/gtest.h>

#include <vector>

namespace bigscan {
namespace {

InputList ListOf(const std::vector<ListedInput>& inputs) {
  InputList list;
  list.inputs = inputs;
  return list;
}

TEST(InputList, SharesAreAllOfTheBytesInOrder) {
  for (const uint64_t first : {0, 1, 7, 1000}) {
    InputList list = ListOf({{.size = first}, {.size = 0}, {.size = 13}, {.size = 1}});
    for (uint32_t shards = 1; shards < 40; ++shards) {
      std::vector<uint64_t> ends(list.inputs.size());
      for (uint32_t shard = 1; shard <= shards; ++shard) {
        list.TakeShare(shard, shards);
        for (size_t i = 0; i < ends.size(); ++i) {
          if (list.parts[i].empty()) continue;
          EXPECT_TRUE(i >= list.first && i < list.last);
          EXPECT_EQ(list.parts[i].begin, ends[i]);
          ends[i] = list.parts[i].end;
        }
      }
      for (size_t i = 0; i < ends.size(); ++i) EXPECT_EQ(ends[i], list.inputs[i].size);
    }
  }
}

TEST(InputList, WhatCanNotBeCutBelongsToTheShareOfItsFirstByte) {
  InputList list = ListOf({{.size = 10}, {.size = 20, .whole = true}, {.size = 10}});
  list.TakeShare(1, 2);
  EXPECT_EQ(list.parts, (std::vector<ByteRange>{{0, 10}, {0, 20}, {}}));
  list.TakeShare(2, 2);
  EXPECT_EQ(list.parts, (std::vector<ByteRange>{{}, {}, {0, 10}}));
  EXPECT_EQ(list.first, 2u);
}

TEST(InputList, ManySharesOfManyBytes) {
  InputList list = ListOf({{.size = uint64_t{1} << 62}});
  list.TakeShare(100'000, 100'000);
  EXPECT_EQ(list.parts[0].end, uint64_t{1} << 62);
  EXPECT_EQ(list.parts[0].size(), (uint64_t{1} << 62) / 100'000 + 1);
}

TEST(InputList, SharesWithoutBytes) {
  InputList list = ListOf({{.size = 1}, {.size = 0}});
  list.TakeShare(1, 2);
  EXPECT_EQ(list.first, list.last);
}

}  // namespace
}  // namespace bigscan
