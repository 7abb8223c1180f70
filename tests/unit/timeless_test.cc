#include "jobs/timeless.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// What is told of `text`, in chunks of `size` bytes or more. Records of the range hold '@5'.
std::vector<std::string> Told(const std::string& text, const TimelessOptions& options,
                              size_t size) {
  const auto filter =
      TimeFilter::Create({.range = {5'000'000, 6'000'000},
                          .time = {.formats = {TimeFormat::Compile("@%s").value()}}})
          .value();
  TimelessJob job(*filter, options);
  const std::vector<std::string> records = NaiveRecords(text, '\n');
  for (size_t i = 0; i < records.size();) {
    std::string chunk;
    while (i < records.size() && chunk.size() < size) chunk += records[i++];
    const std::vector<Run> all = {{0, chunk.size()}};
    std::string bytes;
    Partial partial(&bytes, [] {});
    job.StartChunk(0, &partial);
    job.Map(filter->Filter({.block = chunk, .block_begin = 0, .runs = all, .records = 0}),
            &partial);
    job.EndChunk(&partial);
    job.Merge({}, {.bytes = bytes});
  }
  job.EndSource({});
  std::vector<std::string> texts;
  for (const Job::Remark& remark : job.TakeRemarks()) {
    EXPECT_EQ(remark.is_error, options.strict);
    texts.push_back(remark.text);
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(TimelessJob, CountsUpToTheLastRecordThatCounts) {
  const std::string text = "@5\na\n@4\nb\nc\n@5\n@5\nd\n@5\ne\n";
  for (size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(Told(text, {}, size), Texts{"5 records have no time, the first one: \"a\""});
    EXPECT_EQ(Told(text, {.max_count = 1}, size), Texts());
    EXPECT_EQ(Told(text, {.max_count = 2}, size),
              Texts{"3 records have no time, the first one: \"a\""});
    EXPECT_EQ(Told(text, {.max_count = 4}, size),
              Texts{"4 records have no time, the first one: \"a\""});
    EXPECT_EQ(Told(text, {.max_count = 9}, size), Told(text, {}, size));
  }
}

TEST(TimelessJob, SaysNothingWhereAllHaveATime) {
  EXPECT_EQ(Told("@1\n@5\n", {}, 1), Texts());
  EXPECT_EQ(Told("", {}, 1), Texts());
}

TEST(TimelessJob, OneRecord) {
  EXPECT_EQ(Told("\x1b\n", {.strict = true}, 1), Texts{"1 record has no time: \"\\x1b\""});
}

}  // namespace
}  // namespace bigscan
