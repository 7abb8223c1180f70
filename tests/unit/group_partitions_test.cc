// Groups by partition: kept, merged and sorted as one table would have it.
#include "jobs/group_partitions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jobs/aggregate.h"
#include "jobs/group_entry.h"
#include "jobs/group_key.h"
#include "jobs/group_spec.h"

namespace bigscan {
namespace {

std::string KeyOf(size_t number) {
  std::string key;
  AppendKeyText(absl::StrCat("key", number), &key);
  return key;
}

struct Row {
  std::string key;
  uint64_t count;
  std::string shown;
  bool operator==(const Row&) const = default;
};

// A job that counts, and shows one aggregate.
class GroupPartitionsTest : public testing::TestWithParam<const char*> {
 protected:
  GroupPartitionsTest() : item_(*ParseAggregate(GetParam())) {
    spec_.keys.push_back({.title = "key"});
    spec_.aggregates.push_back(item_.aggregate);
    spec_.columns.push_back({.title = "count"});
    spec_.columns.push_back({.title = item_.title, .column = item_.column, .state = 0});
    spec_.sort = GroupSpec::Sort{.column = 1, .descending = true};
  }

  // Entries of `groups` groups, of which each third has a count of its own.
  void Add(size_t groups, GroupPartitions* partitions, GroupTable* all) {
    GroupTable chunk(spec_.aggregates);
    for (size_t i = 0; i < groups; ++i) {
      const std::string key = KeyOf(i);
      for (GroupTable* table : {&chunk, all}) {
        GroupTable::Group* const group = table->Get(key);
        group->count += 1 + (i % 3 == 0 ? i : 0);
        table->Add({.hash = i, .number = Decimal::Parse(absl::StrCat(i, ".5"))}, 0, group);
      }
    }
    GroupsByPartition sorted;
    sorted.Sort(chunk);
    for (size_t i = 0; i < kGroupPartitions; ++i) {
      std::string entries;
      for (size_t j = sorted.begin(i); j < sorted.begin(i + 1); ++j) {
        AppendGroupEntry(chunk, *sorted.groups()[j], &entries);
      }
      if (!entries.empty()) {
        ASSERT_TRUE(partitions->Add(i, entries));
      }
    }
  }

  Row RowOf(const GroupTable& layout, const GroupTable::Group& group) const {
    return {std::string(layout.Key(group)), group.count,
            item_.column->Show(layout.State(group, 0)).text};
  }
  std::vector<Row> Sorted(const GroupTable& all) const {
    std::vector<Row> rows;
    for (const GroupOrder::Place& place : GroupOrder(spec_, all).Sorted(all)) {
      rows.push_back(RowOf(all, *place.group));
    }
    return rows;
  }
  std::vector<Row> Sorted(const GroupTable& layout, size_t threads,
                          GroupPartitions* partitions) const {
    const GroupOrder order(spec_, layout);
    const auto sorted = partitions->Sort(order, threads);
    std::vector<Row> rows;
    if (!sorted.has_value()) return rows;
    for (const PartitionSort::Places& range : sorted->ranges) {
      for (const GroupOrder::Place& place : range) rows.push_back(RowOf(layout, *place.group));
    }
    return rows;
  }

  const AggregateItem item_;
  GroupSpec spec_;
};

TEST_P(GroupPartitionsTest, SortsAsOneTableDoes) {
  for (const size_t groups : {1, 300, 30'000}) {
    for (const size_t threads : {1, 3}) {
      GroupTable all(spec_.aggregates);
      GroupPartitions partitions(spec_.aggregates, UINT64_MAX);
      for (int chunk = 0; chunk < 3; ++chunk) Add(groups, &partitions, &all);
      EXPECT_EQ(Sorted(all, threads, &partitions), Sorted(all)) << groups << " " << threads;
    }
  }
}

TEST_P(GroupPartitionsTest, SortsAsManyAsAreWanted) {
  for (const uint64_t top : {1, 999, 1001, 25'000, 50'000}) {
    spec_.top = top;
    GroupTable all(spec_.aggregates);
    GroupPartitions partitions(spec_.aggregates, UINT64_MAX);
    Add(30'000, &partitions, &all);
    EXPECT_EQ(Sorted(all, 2, &partitions), Sorted(all)) << top;
  }
}

TEST_P(GroupPartitionsTest, MergesWhatComesAgain) {
  GroupTable all(spec_.aggregates);
  GroupPartitions once(spec_.aggregates, 8 << 20);
  Add(2000, &once, &all);
  GroupTable again(spec_.aggregates);
  GroupPartitions partitions(spec_.aggregates, 8 << 20);
  uint64_t most = 0;
  for (int chunk = 0; chunk < 500; ++chunk) {
    Add(2000, &partitions, &again);
    most = std::max(most, partitions.bytes());
  }
  // A few megabytes of tables, and what is kept before it is merged.
  EXPECT_LT(most, 16U << 20);
  EXPECT_EQ(Sorted(again, 2, &partitions), Sorted(again));
}

TEST_P(GroupPartitionsTest, KnowsWhatIsBroken) {
  GroupTable all(spec_.aggregates);
  GroupPartitions partitions(spec_.aggregates, UINT64_MAX);
  Add(5000, &partitions, &all);
  partitions.Add(7, "\x05key");
  EXPECT_FALSE(partitions.Sort(GroupOrder(spec_, all), 2).has_value());
}

INSTANTIATE_TEST_SUITE_P(Aggregates, GroupPartitionsTest,
                         testing::Values("sum(f)", "p50(f)", "distinct(f)"));

TEST(GroupEntryTest, TakesWhatItAppends) {
  const Aggregates aggregates{ParseAggregate("distinct(f)")->aggregate};
  GroupTable table(aggregates);
  GroupTable::Group* const small = table.Get("small");
  small->count = 3;
  GroupTable::Group* const large = table.Get("large");  // whose values take more than 127 bytes
  for (uint64_t i = 0; i < 1000; ++i) table.Add({.hash = i << 20, .number = {}}, 0, large);
  std::string bytes;
  AppendGroupEntry(table, *small, &bytes);
  AppendGroupEntry(table, *large, &bytes);
  GroupTable other(aggregates);
  ASSERT_TRUE(MergeGroupEntries(bytes, &other));
  std::string again;
  for (const GroupTable::Group* group : other.groups()) AppendGroupEntry(other, *group, &again);
  EXPECT_EQ(again, bytes);
  EXPECT_FALSE(MergeGroupEntries(absl::string_view(bytes).substr(0, bytes.size() - 1), &other));
}

}  // namespace
}  // namespace bigscan
