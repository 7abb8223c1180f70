#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "jobs/group_by.h"
#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

using Lines = std::vector<std::string>;

GroupSpec CountByMatch() {
  GroupSpec spec;
  spec.values.patterns = {{.text = "\\w"}};
  spec.values.groups = {"0"};
  spec.keys = {{.kind = GroupSpec::Key::Kind::kValue, .title = "0", .value = 0}};
  spec.columns = {{.title = "count"}};
  spec.sort = GroupSpec::Sort{.column = 1, .descending = true};
  return spec;
}

TEST(GroupPreview, ShowsTheFirstRowsAndChangesNothing) {
  GroupSpec spec = CountByMatch();
  spec.format = TableFormat::kCsv;
  const std::unique_ptr<GroupByJob> job = GroupByJob::Create(spec).value();
  JobRunner runner(job.get(), "\\w");
  EXPECT_EQ(job->Preview(10), Lines());
  runner.Source("x", "a\nb\nb\n", 3);
  EXPECT_EQ(job->Preview(10), (Lines{"0  count", "b      2", "a      1"}));
  runner.Source("y", "c\nc\nc\n", 3);
  EXPECT_EQ(job->Preview(10), (Lines{"0  count", "c      3", "b      2", "a      1"}));
  EXPECT_EQ(job->Preview(2), (Lines{"0  count", "c      3"}));
  EXPECT_EQ(job->Preview(1), Lines());
  runner.End();
  EXPECT_EQ(runner.Printed(), "0,count\nc,3\nb,2\na,1\n");
}

TEST(GroupPreview, ShowsNoMoreRowsThanArePrinted) {
  GroupSpec spec = CountByMatch();
  spec.top = 1;
  const std::unique_ptr<GroupByJob> job = GroupByJob::Create(spec).value();
  JobRunner runner(job.get(), "\\w");
  runner.Source("x", "a\nb\nb\n", 100);
  EXPECT_EQ(job->Preview(10), (Lines{"0  count", "b      2"}));
}

TEST(GroupPreview, ShowsTheFirstOfManyGroups) {
  GroupSpec spec = CountByMatch();
  spec.values.patterns = {{.text = "\\w+"}};
  spec.format = TableFormat::kCsv;
  const std::unique_ptr<GroupByJob> job = GroupByJob::Create(spec).value();
  JobRunner runner(job.get(), "\\w+");
  std::string records = "b\nb\nb\na\na\n";
  std::string rest;
  for (int i = 10'000; i < 20'000; ++i) {
    absl::StrAppend(&records, i, "\n");
    absl::StrAppend(&rest, i, ",1\n");
  }
  runner.Source("x", records, records.size());
  EXPECT_EQ(job->Preview(3), (Lines{"0  count", "b      3", "a      2"}));
  runner.Source("y", "a\na\na\n", 100);
  EXPECT_EQ(job->Preview(3), (Lines{"0  count", "a      5", "b      3"}));
  runner.Source("z", records, records.size());
  EXPECT_EQ(job->Preview(3), (Lines{"0  count", "a      7", "b      6"}));
  runner.End();
  EXPECT_EQ(runner.Printed(),
            absl::StrCat("0,count\na,7\nb,6\n", absl::StrReplaceAll(rest, {{",1", ",2"}})));
}

// What is left in memory then is not what leads.
TEST(GroupPreview, ShowsNothingWhereGroupsHadToMakeRoom) {
  GroupSpec spec = CountByMatch();
  spec.most_bytes = 1;
  const std::unique_ptr<GroupByJob> job = GroupByJob::Create(spec).value();
  JobRunner runner(job.get(), "\\w");
  runner.Source("x", "a\nb\nb\n", 2);
  EXPECT_EQ(job->Preview(10), Lines());
  runner.End();
  EXPECT_EQ(runner.Printed(), "0  count\nb      2\na      1\n");
}

}  // namespace
}  // namespace bigscan
