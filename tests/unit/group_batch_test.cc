// Records that come to a table by batches: as if one after the other.
#include "jobs/group_batch.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "lib/distinct_counter.h"
#include "tests/unit/group_contents.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// sum(a), distinct(b), invalid(a), min(c): two numbers for three states.
GroupSpec Spec() {
  GroupSpec spec;
  for (const char* item : {"sum(a)", "distinct(b)", "invalid(a)", "min(c)"}) {
    spec.aggregates.push_back(ParseAggregate(item)->aggregate);
  }
  spec.numbers = {{.value = 0, .name = "a"}, {.value = 2, .name = "c"}};
  spec.states = {{.value = 0, .number = 0},
                 {.value = 1},
                 {.value = 0, .number = 0},
                 {.value = 2, .number = 1}};
  return spec;
}

TEST(GroupBatch, IsAsGoodAsOneByOne) {
  const GroupSpec spec = Spec();
  GroupBatch batch(spec);
  GroupTable by_batch(spec.aggregates);
  GroupTable one_by_one(spec.aggregates);
  Random random(5);
  const auto value = [&]() -> std::string {
    return Pick(&random, 4) == 0 ? "x" : std::to_string(Pick(&random, 50));
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = RandomText(&random, "ab", Pick(&random, 4));
    batch.key() += key;
    if (Pick(&random, 10) == 0) {
      batch.DropKey();
      continue;
    }
    GroupTable::Group* const group = one_by_one.Get(key);
    ++group->count;
    batch.Add();
    std::vector<std::string> texts;  // no longer there when the batch is full
    for (size_t number = 0; number < 3; ++number) texts.push_back(value());
    std::vector<absl::string_view> values(texts.begin(), texts.end());
    for (absl::string_view& text : values) {
      if (Pick(&random, 5) == 0) text = {};
    }
    for (size_t number = 0; number < spec.numbers.size(); ++number) {
      const absl::string_view text = values[spec.numbers[number].value];
      EXPECT_EQ(batch.SetNumber(number, text), text.data() == nullptr || text != "x");
    }
    batch.SetValue(1, values[1]);
    for (size_t state = 0; state < spec.states.size(); ++state) {
      const absl::string_view text = values[spec.states[state].value];
      const std::optional<Decimal> number = Decimal::Parse(text);
      if (text.data() == nullptr) continue;
      one_by_one.Add({.hash = DistinctCounter::HashOf(text), .number = number}, state, group);
    }
    if (batch.full()) batch.AddTo(&by_batch);
  }
  batch.AddTo(&by_batch);
  EXPECT_EQ(by_batch.size(), 15u);
  EXPECT_EQ(Contents(by_batch), Contents(one_by_one));
  batch.AddTo(&by_batch);
  EXPECT_EQ(Contents(by_batch), Contents(one_by_one)) << "what is added is forgotten";
}

}  // namespace
}  // namespace bigscan
