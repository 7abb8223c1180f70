#include "jobs/grep.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

// What grep prints of `text` for the pattern "a".
std::string Naive(const GrepOptions& options, const std::string& name, const std::string& text,
                  uint64_t* selected) {
  std::string printed;
  uint64_t number = 0;
  uint64_t in_source = 0;
  for (const std::string& record : NaiveRecords(text, '\n')) {
    ++number;
    if (record.find('a') == std::string::npos) continue;
    if (options.max_count.has_value() && in_source == *options.max_count) break;
    ++in_source;
    if (options.with_path) absl::StrAppend(&printed, name, ":");
    if (options.with_number) absl::StrAppend(&printed, number, ":");
    printed += record;
    if (printed.back() != '\n') printed += '\n';
  }
  *selected += in_source;
  return printed;
}

std::string Grep(const GrepOptions& options, const std::string& text, size_t chunk_size) {
  GrepJob job(options);
  JobRunner runner(&job, "a");
  runner.Source("path", text, chunk_size);
  return runner.Printed();
}

TEST(GrepJob, PrintsSelectedRecords) { EXPECT_EQ(Grep({}, "a\nb\nca\n", 100), "a\nca\n"); }

TEST(GrepJob, PrefixesEachRecordWithThePath) {
  EXPECT_EQ(Grep({.with_path = true, .max_count = {}}, "a\nb\nca\n", 100), "path:a\npath:ca\n");
}

TEST(GrepJob, NumbersCountAllRecordsOverChunks) {
  EXPECT_EQ(Grep({.with_number = true, .max_count = {}}, "b\na\nb\nb\na\n\na\n", 1),
            "2:a\n5:a\n7:a\n");
}

TEST(GrepJob, PathComesBeforeTheNumber) {
  EXPECT_EQ(Grep({.with_path = true, .with_number = true, .max_count = {}}, "a\n", 100),
            "path:1:a\n");
}

TEST(GrepJob, MaxCountEndsASource) {
  EXPECT_EQ(Grep({.max_count = 2}, "a\nb\na\na\na\n", 1), "a\na\n");
  EXPECT_EQ(Grep({.max_count = 0}, "a\n", 1), "");
}

TEST(GrepJob, MaxCountStartsAnewWithEachSource) {
  GrepJob job({.max_count = 1});
  JobRunner runner(&job, "a");
  runner.Source("x", "a\na2\n", 100);
  runner.Source("y", "a3\na4\n", 1);
  EXPECT_EQ(runner.Printed(), "a\na3\n");
  EXPECT_EQ(job.selected(), 2u);
}

TEST(GrepJob, NumbersStartAnewWithEachSource) {
  GrepJob job({.with_number = true, .max_count = {}});
  JobRunner runner(&job, "a");
  runner.Source("x", "b\na\n", 1);
  runner.Source("y", "a\n", 1);
  EXPECT_EQ(runner.Printed(), "2:a\n1:a\n");
}

TEST(GrepJob, UnterminatedLastRecordGetsItsDelimiter) {
  const std::string longer = std::string(100'000, 'a');
  for (const std::string& record : {std::string("a"), longer}) {
    EXPECT_TRUE(Grep({}, "b\n" + record, 100) == record + "\n");
    EXPECT_TRUE(Grep({.with_number = true, .max_count = {}}, "b\n" + record, 100) ==
                "2:" + record + "\n");
  }
}

struct RandomCase {
  const char* name;
  bool stream;
  size_t longest;  // record
};

class RandomGrep : public testing::TestWithParam<RandomCase> {};

TEST_P(RandomGrep, PrintsWhatASequentialGrepPrints) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    GrepOptions options{
        .with_path = Pick(&random, 2) == 0, .with_number = Pick(&random, 2) == 0, .max_count = {}};
    if (Pick(&random, 3) == 0) options.max_count = Pick(&random, 12);
    GrepJob job(options);
    JobRunner runner(&job, "a");
    std::string expected;
    uint64_t selected = 0;
    for (const char* name : {"x", "y"}) {
      std::string text;
      for (uint64_t records = Pick(&random, 40); records > 0; --records) {
        const uint64_t most = Pick(&random, 10) == 0 ? GetParam().longest : 10;
        text += std::string(Pick(&random, most), Pick(&random, 2) == 0 ? 'a' : 'b') + '\n';
      }
      if (Pick(&random, 2) == 0) text += 'a';
      runner.Source(name, text, 1 + Pick(&random, text.size() + 1), GetParam().stream);
      expected += Naive(options, name, text, &selected);
    }
    ASSERT_TRUE(runner.Printed() == expected) << "seed " << seed;
    ASSERT_EQ(job.selected(), selected) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Texts, RandomGrep,
                         testing::Values(RandomCase{"FileOfShortRecords", false, 20},
                                         RandomCase{"FileOfLongRecords", false, 200'000},
                                         RandomCase{"StreamOfShortRecords", true, 20},
                                         RandomCase{"StreamOfLongRecords", true, 200'000}),
                         [](const auto& info) { return info.param.name; });

// More than one Report puts into the output.
TEST(GrepJob, ManySpansOfOneChunkAreAllPrinted) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::string(40'000, 'a') + "\nb\n" + "a\nb\n";
  for (bool with_path : {false, true}) {
    uint64_t selected = 0;
    const GrepOptions options{.with_path = with_path, .max_count = {}};
    EXPECT_TRUE(Grep(options, text, text.size()) == Naive(options, "path", text, &selected));
  }
}

// The record loses its end, and its delimiter was missing to begin with: one delimiter ends it.
TEST(GrepJob, TruncatedUnterminatedRecordIsEndedOnce) {
  const std::string text = "b\n" + std::string(100'000, 'a');
  const UniqueFd file = FileHolding(text);
  const UniqueFd printed = FileHolding("");
  GrepJob job({});
  const auto plan = ScanPlan::Compile(std::vector<Pattern>{{.text = "a"}}, '\n').value();
  const auto scanner = RecordScanner::Create(*plan, false).value();
  std::string partial;
  job.StartChunk(0, &partial);
  scanner->Scan(text, [&](const RecordScanner::Selected& s) { job.Map(s, &partial); });
  job.EndChunk(&partial);
  ASSERT_EQ(ftruncate(file.get(), 50'000), 0);
  job.Merge({.name = "path", .file_fd = file.get()}, {.bytes = partial});
  Output output(printed.get(), '\n');
  while (job.Report(&output)) {
    ASSERT_EQ(output.Flush(), Output::State::kDone);
  }
  EXPECT_EQ(absl::string_view(Contents(printed.get())).substr(49'990), std::string(8, 'a') + "\n");
}

}  // namespace
}  // namespace bigscan
