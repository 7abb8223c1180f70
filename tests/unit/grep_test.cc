#include "jobs/grep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jobs/text_format.h"
#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

struct Options {
  bool with_path = false;
  bool with_number = false;
  bool with_offset = false;
  bool colored = false;
  ContextOptions context = {};
};

// Selected lines in angle brackets.
Colors Angled() {
  Colors colors;
  colors.selected_line = {"<", ">"};
  return colors;
}

// A grep job that prints text, and what it needs.
struct TextJob {
  explicit TextJob(const Options& options)
      : job({.context = options.context, .group_separator = "--\n"},
            std::make_unique<TextFormat>(
                TextOptions{.names = options.with_path,
                            .numbers = options.with_number,
                            .offsets = options.with_offset,
                            .colors = options.colored ? std::optional(Angled()) : std::nullopt},
                &locator)) {}

  const std::vector<Pattern> patterns = {{.text = "a"}};
  MatchLocator locator{patterns};
  GrepJob job;
};

// Records of a source that are to be printed: those selected as such, and their context.
struct NaiveSelection {
  std::vector<bool> printed;
  std::vector<bool> selected;
  uint64_t count = 0;

  NaiveSelection(const ContextOptions& context, const std::vector<std::string>& records)
      : printed(records.size()), selected(records.size()) {
    const auto print = [&](size_t from, size_t to) {
      for (size_t i = from; i < std::min(to, records.size()); ++i) printed[i] = true;
    };
    for (size_t i = 0; i < records.size(); ++i) {
      if (records[i].find('a') == std::string::npos) continue;
      if (count == context.max_selected) break;
      ++count;
      selected[i] = true;
      print(i - std::min(i, context.before.value_or(0)), i + 1 + context.after.value_or(0));
    }
  }
};

// What grep prints of a source, after `printed`, for the pattern "a".
void Naive(const Options& options, const std::string& name, const std::string& text,
           std::string* printed, uint64_t* selected) {
  const std::vector<std::string> records = NaiveRecords(text, '\n');
  const NaiveSelection selection(options.context, records);
  const bool groups = options.context.before.has_value() || options.context.after.has_value();
  size_t offset = 0;
  for (size_t i = 0; i < records.size(); offset += records[i].size(), ++i) {
    if (!selection.printed[i]) continue;
    if (groups && !printed->empty() && (i == 0 || !selection.printed[i - 1])) *printed += "--\n";
    const char* const mark = selection.selected[i] ? ":" : "-";
    if (options.with_path) absl::StrAppend(printed, name, mark);
    if (options.with_number) absl::StrAppend(printed, i + 1, mark);
    if (options.with_offset) absl::StrAppend(printed, offset, mark);
    const std::string line = NaiveWithoutDelimiter(records[i], '\n');
    const bool colored = options.colored && selection.selected[i] && !line.empty();
    absl::StrAppend(printed, colored ? "<" : "", line, colored ? ">" : "", "\n");
  }
  *selected += selection.count;
}

std::string Grep(const Options& options, const std::string& text, size_t chunk_size) {
  TextJob text_job(options);
  JobRunner runner(&text_job.job, "a");
  runner.Source("path", text, chunk_size);
  return runner.Printed();
}

TEST(GrepJob, PrintsSelectedRecords) { EXPECT_EQ(Grep({}, "a\nb\nca\n", 100), "a\nca\n"); }

TEST(GrepJob, PrefixesEachRecordWithThePath) {
  EXPECT_EQ(Grep({.with_path = true}, "a\nb\nca\n", 100), "path:a\npath:ca\n");
}

TEST(GrepJob, NumbersCountAllRecordsOverChunks) {
  EXPECT_EQ(Grep({.with_number = true}, "b\na\nb\nb\na\n\na\n", 1), "2:a\n5:a\n7:a\n");
}

TEST(GrepJob, PathComesBeforeTheNumber) {
  EXPECT_EQ(Grep({.with_path = true, .with_number = true}, "a\n", 100), "path:1:a\n");
}

TEST(GrepJob, MaxCountEndsASource) {
  EXPECT_EQ(Grep({.context = {.max_selected = 2}}, "a\nb\na\na\na\n", 1), "a\na\n");
  EXPECT_EQ(Grep({.context = {.max_selected = 0}}, "a\n", 1), "");
}

TEST(GrepJob, MaxCountStartsAnewWithEachSource) {
  TextJob text_job({.context = {.max_selected = 1}});
  GrepJob& job = text_job.job;
  JobRunner runner(&job, "a");
  runner.Source("x", "a\na2\n", 100);
  runner.Source("y", "a3\na4\n", 1);
  EXPECT_EQ(runner.Printed(), "a\na3\n");
  EXPECT_EQ(job.selected(), 2u);
}

TEST(GrepJob, NumbersStartAnewWithEachSource) {
  TextJob text_job({.with_number = true});
  GrepJob& job = text_job.job;
  JobRunner runner(&job, "a");
  runner.Source("x", "b\na\n", 1);
  runner.Source("y", "a\n", 1);
  EXPECT_EQ(runner.Printed(), "2:a\n1:a\n");
}

TEST(GrepJob, UnterminatedLastRecordGetsItsDelimiter) {
  const std::string longer = std::string(100'000, 'a');
  for (const std::string& record : {std::string("a"), longer}) {
    EXPECT_TRUE(Grep({}, "b\n" + record, 100) == record + "\n");
    EXPECT_TRUE(Grep({.with_number = true}, "b\n" + record, 100) == "2:" + record + "\n");
  }
}

struct RandomCase {
  const char* name;
  bool stream;
  size_t longest;  // record
};

class RandomGrep : public testing::TestWithParam<RandomCase> {};

TEST_P(RandomGrep, PrintsWhatASequentialGrepPrints) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    Options options{.with_path = Pick(&random, 4) == 0,
                    .with_number = Pick(&random, 4) == 0,
                    .with_offset = Pick(&random, 4) == 0,
                    .colored = Pick(&random, 4) == 0};
    if (Pick(&random, 3) == 0) options.context.before = Pick(&random, 4);
    if (Pick(&random, 3) == 0) options.context.after = Pick(&random, 4);
    if (Pick(&random, 4) == 0) options.context.max_selected = Pick(&random, 12);
    TextJob text_job(options);
    GrepJob& job = text_job.job;
    JobRunner runner(&job, "a");
    std::string expected;
    uint64_t selected = 0;
    for (const char* name : {"x", "y"}) {
      std::string text;
      for (uint64_t records = Pick(&random, 40); records > 0; --records) {
        const uint64_t most = Pick(&random, 10) == 0 ? GetParam().longest : 10;
        text += std::string(Pick(&random, most), Pick(&random, 3) == 0 ? 'a' : 'b') + '\n';
      }
      if (Pick(&random, 2) == 0) text += 'a';
      runner.Source(name, text, 1 + Pick(&random, text.size() + 1), GetParam().stream);
      Naive(options, name, text, &expected, &selected);
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
    std::string expected;
    const Options options{.with_path = with_path};
    Naive(options, "path", text, &expected, &selected);
    EXPECT_TRUE(Grep(options, text, text.size()) == expected);
  }
}

// The record loses its end, and its delimiter was missing to begin with: one delimiter ends it.
TEST(GrepJob, TruncatedUnterminatedRecordIsEndedOnce) {
  const std::string text = "b\n" + std::string(100'000, 'a');
  const UniqueFd file = FileHolding(text);
  const UniqueFd printed = FileHolding("");
  TextJob text_job({});
  GrepJob& job = text_job.job;
  const std::string partial = JobRunner(&job, "a").Map(text, 0).front();
  ASSERT_EQ(ftruncate(file.get(), 50'000), 0);
  job.Merge({.name = "path", .file_fd = file.get()}, {.bytes = partial});
  Output output(printed.get(), '\n');
  while (job.Report(&output)) {
    ASSERT_EQ(output.Flush(), Output::State::kDone);
  }
  EXPECT_EQ(absl::string_view(Contents(printed.get())).substr(49'990), std::string(8, 'a') + "\n");
}

TEST(GrepJob, ContextCrossesChunks) {
  for (size_t chunk_size = 1; chunk_size < 30; ++chunk_size) {
    EXPECT_EQ(Grep({.with_number = true, .context = {.before = 1, .after = 1}},
                   "1\n2\na\n4\n5\n6\n7\na\n9\n", chunk_size),
              "2-2\n3:a\n4-4\n--\n7-7\n8:a\n9-9\n")
        << "chunk size " << chunk_size;
  }
}

TEST(GrepJob, AfterTheLastSelectedRecordOthersAreContext) {
  for (size_t chunk_size = 1; chunk_size < 12; ++chunk_size) {
    EXPECT_EQ(Grep({.with_number = true, .context = {.after = 2, .max_selected = 1}},
                   "a\nb\na\na\n", chunk_size),
              "1:a\n2-b\n3-a\n")
        << "chunk size " << chunk_size;
  }
}

// Nothing is printed of the context, but groups end where it does.
TEST(GrepJob, ContextOfMatchesOnlyIsNotPrinted) {
  const std::vector<Pattern> patterns = {{.text = "a"}};
  for (size_t chunk_size = 1; chunk_size < 24; ++chunk_size) {
    MatchLocator locator(patterns);
    GrepJob job({.context = {.before = 1, .after = 1}, .group_separator = "--\n"},
                std::make_unique<TextFormat>(TextOptions{.only_matching = true}, &locator));
    JobRunner runner(&job, "a");
    runner.Source("path", "1\n2a\n3\n4\n5\n6a\n7\n8\n9a\n", chunk_size);
    EXPECT_EQ(runner.Printed(), "a\n--\na\na\n") << "chunk size " << chunk_size;
  }
}

// The text goes on in the next part, and its end still tells what it owes.
TEST(GrepJob, TextIsSentInParts) {
  std::string chunk;
  while (chunk.size() < 3 * Partial::kPartBytes) chunk += "1\n2\n3\n4\nabc\n";
  for (const ContextOptions& context : {ContextOptions{}, {.before = 1, .after = 2}}) {
    const Options options{.with_offset = true, .context = context};
    TextJob text_job(options);
    EXPECT_GT(JobRunner(&text_job.job, "a").Map(chunk, 0).size(), 2u);
    std::string expected;
    uint64_t selected = 0;
    Naive(options, "path", chunk + chunk, &expected, &selected);
    EXPECT_TRUE(Grep(options, chunk + chunk, chunk.size()) == expected);
  }
}

// Each byte is a match: what comes of the record is many times its size.
TEST(GrepJob, WhatComesOfARecordIsSentInParts) {
  const std::vector<Pattern> patterns = {{.text = "a"}};
  MatchLocator locator(patterns);
  GrepJob job({},
              std::make_unique<TextFormat>(
                  TextOptions{.numbers = true, .offsets = true, .only_matching = true}, &locator));
  JobRunner runner(&job, "a");
  const size_t matches = 200'000;
  const std::string text = "b\n" + std::string(matches, 'a') + "\na\n";
  EXPECT_GT(runner.Map(text, 0).size(), 2u);
  runner.Source("path", text, text.size());
  std::string expected;
  for (size_t i = 0; i < matches; ++i) absl::StrAppend(&expected, "2:", i + 2, ":a\n");
  absl::StrAppend(&expected, "3:", matches + 3, ":a\n");
  EXPECT_TRUE(runner.Printed() == expected);
}

}  // namespace
}  // namespace bigscan
