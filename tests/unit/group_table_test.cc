#include "jobs/group_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/distinct_counter.h"
#include "tests/unit/group_contents.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

Aggregates Of(const std::vector<std::string>& items) {
  Aggregates aggregates;
  for (const std::string& item : items) aggregates.push_back(ParseAggregate(item)->aggregate);
  return aggregates;
}

void Add(const Aggregates& aggregates, const std::string& key, const std::string& value,
         GroupTable* table) {
  GroupTable::Group* const group = table->Get(key);
  ++group->count;
  const std::optional<Decimal> number = Decimal::Parse(value);
  for (size_t i = 0; i < aggregates.size(); ++i) {
    table->Add({.hash = DistinctCounter::HashOf(value), .number = number}, i, group);
  }
}

TEST(GroupTable, CountsByKey) {
  GroupTable table({});
  std::map<std::string, uint64_t> counts;
  Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::string key = RandomText(&random, "abc", Pick(&random, 9));
    ++table.Get(key)->count;
    ++counts[key];
  }
  EXPECT_EQ(table.size(), counts.size());
  for (const auto& [key, count] : counts) EXPECT_EQ(table.Get(key)->count, count);
}

TEST(GroupTable, KeepsTheOrderInWhichGroupsCame) {
  GroupTable table({});
  for (const char* key : {"c", "a", "b", "a"}) table.Get(key);
  std::string keys;
  for (const GroupTable::Group* group : table.groups()) absl::StrAppend(&keys, table.Key(*group));
  EXPECT_EQ(keys, "cab");
}

TEST(GroupTable, TakesKeysLongerThanABlock) {
  GroupTable table({});
  const std::string key(3 << 20, 'x');
  table.Get("a")->count = 1;
  table.Get(key)->count = 2;
  table.Get("b")->count = 3;
  EXPECT_EQ(table.Get(key)->count, 2u);
  EXPECT_GT(table.bytes(), key.size());
}

// However records are shared out among tables, and these are put together, the bytes are the same.
TEST(GroupTable, PartsMakeTheWhole) {
  const Aggregates aggregates =
      Of({"sum(x)", "min(x)", "p50(x)", "distinct(x)", "invalid(x)", "mean(x)"});
  Random random(2);
  GroupTable whole(aggregates);
  std::vector<std::unique_ptr<GroupTable>> parts;
  for (int i = 0; i < 5; ++i) parts.push_back(std::make_unique<GroupTable>(aggregates));
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = absl::StrCat("key", Pick(&random, 50));
    const std::string value =
        Pick(&random, 10) == 0 ? "-" : absl::StrCat(Pick(&random, 1'000'000), ".5");
    Add(aggregates, key, value, &whole);
    Add(aggregates, key, value, parts[Pick(&random, parts.size())].get());
  }
  GroupTable merged(aggregates);
  for (const std::unique_ptr<GroupTable>& part : parts) {
    for (const auto& [key, values] : Contents(*part)) {
      absl::string_view bytes = values;
      ASSERT_TRUE(merged.TakeValues(key, GroupTable::HashOf(key), &bytes));
      EXPECT_EQ(bytes, "");
    }
  }
  EXPECT_EQ(Contents(merged), Contents(whole));
}

TEST(GroupTable, IsEmptyAfterClear) {
  const Aggregates aggregates = Of({"distinct(x)"});
  GroupTable table(aggregates);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) Add(aggregates, absl::StrCat(i % 100), absl::StrCat(i), &table);
    EXPECT_EQ(table.size(), 100u);
    EXPECT_EQ(table.Get("7")->count, 10u);
    table.Clear();
    EXPECT_TRUE(table.empty());
  }
}

TEST(GroupTable, RefusesDamagedValues) {
  const Aggregates aggregates = Of({"sum(x)", "distinct(x)"});
  GroupTable table(aggregates);
  Add(aggregates, "key", "12.5", &table);
  const std::string values = Contents(table)["key"];
  for (size_t size = 0; size < values.size(); ++size) {
    GroupTable other(aggregates);
    absl::string_view bytes = absl::string_view(values).substr(0, size);
    EXPECT_FALSE(other.TakeValues("key", GroupTable::HashOf("key"), &bytes)) << size;
  }
}

}  // namespace
}  // namespace bigscan
