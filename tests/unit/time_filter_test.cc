#include "lib/time_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/scanning.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr int64_t kSecond = 1'000'000;

// Records are "@SECONDS ...".
TimeFilter::Options Between(int64_t since, int64_t until) {
  return {.range = {since * kSecond, until * kSecond},
          .time = {.formats = {TimeFormat::Compile("@%s").value()}}};
}

struct Filtered {
  std::vector<std::string> records = {};
  std::vector<uint32_t> patterns = {};  // of the hits
  uint64_t timeless = 0;
  std::string first_timeless = {};
};

Filtered Filter(const TimeFilter::Options& options, const std::vector<std::string>& patterns,
                absl::string_view text, bool invert = false) {
  const auto plan =
      ScanPlan::Compile(Regexes(patterns), {.tell_patterns = patterns.size() > 1}).value();
  const auto scanner = RecordScanner::Create(*plan, {.invert = invert}).value();
  const auto filter = TimeFilter::Create(options).value();
  Filtered filtered;
  scanner->Scan(text, [&](const RecordScanner::Selected& scanned) {
    const RecordScanner::Selected selected = filter->Filter(scanned);
    EXPECT_EQ(selected.block, scanned.block);
    EXPECT_EQ(selected.block_begin, scanned.block_begin);
    uint64_t records = 0;
    size_t end = 0;
    for (const Run& run : selected.runs) {
      EXPECT_TRUE(run.begin > end || end == 0) << "runs that touch, or out of order";
      end = run.end;
      for (std::string& record :
           NaiveRecords(selected.block.substr(run.begin, run.end - run.begin), '\n')) {
        filtered.records.push_back(std::move(record));
        ++records;
      }
    }
    EXPECT_EQ(selected.records, records);
    for (const PatternHit& hit : selected.hits) filtered.patterns.push_back(hit.pattern);
    for (const TimeFilter::Timeless& row : filter->timeless()) {
      if (filtered.timeless == 0) filtered.first_timeless = std::string(row.first);
      filtered.timeless += row.records;
    }
    return true;
  });
  return filtered;
}

using Records = std::vector<std::string>;

TEST(TimeFilter, TakesRunsOfManyRecordsApart) {
  const std::string text = "@1 a\n@2 b\n@3 c\n@2 d\n@4 e";
  EXPECT_EQ(Filter(Between(2, 4), {""}, text).records, (Records{"@2 b\n", "@3 c\n", "@2 d\n"}));
  EXPECT_EQ(Filter(Between(4, 9), {""}, text).records, (Records{"@4 e"}));
  EXPECT_EQ(Filter(Between(5, 9), {""}, text).records, Records());
}

TEST(TimeFilter, TakesOnlyWhatIsSelected) {
  const std::string text = "@1 a\n@2 b\n@3 a\n@4 a\n";
  EXPECT_EQ(Filter(Between(2, 4), {"a"}, text).records, (Records{"@3 a\n"}));
  EXPECT_EQ(Filter(Between(2, 4), {"a"}, text, /*invert=*/true).records, (Records{"@2 b\n"}));
}

TEST(TimeFilter, TakesTheHitsOfItsRecords) {
  const Filtered filtered = Filter(Between(2, 4), {"a", "b", "c"}, "@1 ab\n@2 bc\n@3 a\n@4 abc\n");
  EXPECT_EQ(filtered.records, (Records{"@2 bc\n", "@3 a\n"}));
  EXPECT_EQ(filtered.patterns, (std::vector<uint32_t>{1, 2, 0}));
}

TEST(TimeFilter, CountsRecordsWithoutATime) {
  const Filtered filtered = Filter(Between(2, 4), {""}, "@1\n\nx\n@2\ny\n@9\nz");
  EXPECT_EQ(filtered.records, (Records{"@2\n"}));
  EXPECT_EQ(filtered.timeless, 4u);
  EXPECT_EQ(filtered.first_timeless, "");
  EXPECT_EQ(Filter(Between(2, 4), {"[y@]"}, "@1\n\nx\n@2\ny\n@9\nz").first_timeless, "y");
}

TEST(TimeFilter, TellsWhereTheyStand) {
  const auto plan = ScanPlan::Compile(Regexes({""}), {}).value();
  const auto scanner = RecordScanner::Create(*plan, {}).value();
  const auto filter = TimeFilter::Create(Between(2, 4)).value();
  std::vector<std::pair<uint64_t, uint64_t>> rows;
  scanner->Scan("a\n@1\nb\n@2\n@3\nc\n@2\n", [&](const RecordScanner::Selected& scanned) {
    filter->Filter(scanned);
    for (const TimeFilter::Timeless& row : filter->timeless())
      rows.emplace_back(row.kept, row.records);
    return true;
  });
  EXPECT_EQ(rows, (std::vector<std::pair<uint64_t, uint64_t>>{{0, 2}, {2, 1}}));
}

TEST(TimeFilter, AHeaderIsNoRecordWithoutATime) {
  TimeFilter::Options options = Between(0, 9);
  options.time.header = "time,x";
  const Filtered filtered = Filter(options, {""}, "time,x\r\n@1\ntime,x\ntime\n");
  EXPECT_EQ(filtered.records, (Records{"@1\n"}));
  EXPECT_EQ(filtered.timeless, 1u);
}

TEST(TimeFilter, LooksAtTheFieldOfTheFormat) {
  TimeFilter::Options options;
  options.range = {.since = 1'795'766'400 * kSecond};  // 2026-11-27T08:00:00Z
  options.time.format = FindFieldFormat("syslog");
  options.time.context.now = 1'800'000'000 * kSecond;
  const std::string before = "Nov 27 07:59:59 host p: at 2026-11-28T00:00:00Z\n";
  const std::string from = "<1>Nov 27 08:00:00 host p: at 2026-11-26T00:00:00Z\n";
  const Filtered filtered = Filter(options, {""}, before + from + "2026-11-28 none\n");
  EXPECT_EQ(filtered.records, Records{from});
  EXPECT_EQ(filtered.timeless, 1u);
}

}  // namespace
}  // namespace bigscan
