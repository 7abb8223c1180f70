#include "jobs/aggregate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/distinct_counter.h"

namespace bigscan {
namespace {

// A state of the item's kind that has seen `values`.
class State {
 public:
  State(const AggregateItem& item, const std::vector<std::string>& values)
      : item_(item), memory_(item.aggregate->state_bytes() + 16) {
    item_.aggregate->Construct(get());
    for (const std::string& value : values) {
      const std::optional<Decimal> number = Decimal::Parse(value);
      item_.aggregate->Add({.hash = DistinctCounter::HashOf(value), .number = number}, get());
    }
  }
  ~State() { item_.aggregate->Destroy(get()); }

  void* get() {
    const auto address = reinterpret_cast<uintptr_t>(memory_.data());
    return memory_.data() + (16 - address % 16) % 16;
  }

 private:
  const AggregateItem& item_;
  std::vector<char> memory_;
};

std::string Shown(const std::string& name, const std::vector<std::string>& values) {
  const AggregateItem item = ParseAggregate(name).value();
  State state(item, values);
  const Cell cell = item.column->Show(state.get());
  return cell.kind == Cell::Kind::kMissing ? "missing" : cell.text;
}

TEST(Aggregate, ShowsWhatItComputes) {
  const std::vector<std::string> values = {"10", "-2.5", "x", "10", "0.25"};
  EXPECT_EQ(Shown("sum(f)", values), "17.75");
  EXPECT_EQ(Shown("mean(f)", values), "4.4375");
  EXPECT_EQ(Shown("min(f)", values), "-2.5");
  EXPECT_EQ(Shown("max(f)", values), "10");
  EXPECT_EQ(Shown("distinct(f)", values), "4");
  EXPECT_EQ(Shown("invalid(f)", values), "1");
  EXPECT_EQ(Shown("p0(f)", {"5"}), Shown("p100(f)", {"5"}));
}

TEST(Aggregate, AMeanMayBeRoundedUpToADigitMore) {
  EXPECT_EQ(Shown("mean(f)", {"999999999999999999.9999999"}), "1000000000000000000");
  EXPECT_EQ(Shown("mean(f)", {"-999999999999999999.9999999"}), "-1000000000000000000");
}

TEST(Aggregate, OfNothing) {
  for (const char* name : {"mean(f)", "min(f)", "max(f)", "p50(f)", "p99.9(f)"}) {
    EXPECT_EQ(Shown(name, {}), "missing") << name;
    EXPECT_EQ(Shown(name, {"x"}), "missing") << name;
  }
  for (const char* name : {"sum(f)", "distinct(f)", "invalid(f)"})
    EXPECT_EQ(Shown(name, {}), "0") << name;
}

TEST(Aggregate, ColumnsOfOneKindShareTheirState) {
  EXPECT_EQ(ParseAggregate("sum(f)")->kind, ParseAggregate("mean(f)")->kind);
  EXPECT_EQ(ParseAggregate("min(f)")->kind, ParseAggregate("max(f)")->kind);
  EXPECT_EQ(ParseAggregate("p50(f)")->kind, ParseAggregate("p99(f)")->kind);
  EXPECT_NE(ParseAggregate("sum(f)")->kind, ParseAggregate("min(f)")->kind);
}

TEST(Aggregate, OrdersByValueAndRanksInThatOrder) {
  for (const char* name : {"sum(f)", "mean(f)", "min(f)", "max(f)", "p50(f)"}) {
    const AggregateItem item = ParseAggregate(name).value();
    const std::vector<std::string> ascending = {"",         "-100000", "-7",  "-0.5",
                                                "0.000001", "3",       "20.5"};
    for (size_t a = 0; a < ascending.size(); ++a) {
      for (size_t b = 0; b < ascending.size(); ++b) {
        if (item.kind == "sum" && item.title[0] == 's' && (a == 0 || b == 0)) continue;  // 0, too
        State first(item, {ascending[a]});
        State second(item, {ascending[b]});
        EXPECT_EQ(item.column->Compare(first.get(), second.get()), a <=> b) << name << a << b;
        EXPECT_LE(item.column->Rank(first.get()) > item.column->Rank(second.get()), a > b);
      }
    }
  }
}

TEST(Aggregate, RefusesWhatIsNone) {
  for (const char* name : {"", "sum", "sum()", "sum(f", "sumf)", "avg(f)", "p(f)", "p101(f)",
                           "p-1(f)", "pinf(f)", "count(f)", "(f)"}) {
    const absl::StatusOr<AggregateItem> item = ParseAggregate(name);
    EXPECT_TRUE(absl::IsInvalidArgument(item.status())) << name;
  }
  EXPECT_EQ(ParseAggregate("sum(a(b),c)")->field, "a(b),c");
}

}  // namespace
}  // namespace bigscan
