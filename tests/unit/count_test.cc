#include "jobs/count.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

using Print = CountOptions::Print;

std::string Count(const CountOptions& options, const std::string& text, size_t chunk_size) {
  CountJob job(options);
  JobRunner runner(&job, "a");
  runner.Source("path", text, chunk_size);
  runner.End();
  return runner.Printed();
}

TEST(CountJob, AddsUpTheChunks) {
  const std::string text = "a\nb\naa\nb\n\nca";
  for (size_t chunk_size = 1; chunk_size <= text.size(); ++chunk_size) {
    EXPECT_EQ(Count({}, text, chunk_size), "path:3\n") << "chunk size " << chunk_size;
  }
}

TEST(CountJob, NothingSelectedIsZero) {
  EXPECT_EQ(Count({}, "b\n", 1), "path:0\n");
  EXPECT_EQ(Count({}, "", 1), "path:0\n");
}

TEST(CountJob, CountsEachSource) {
  CountJob job({});
  JobRunner runner(&job, "a");
  runner.Source("x", "a\na\n", 1);
  runner.Source("y", "b\n", 1);
  runner.Source("z", "a\n", 1);
  EXPECT_EQ(runner.Printed(), "x:2\ny:0\nz:1\n");
  EXPECT_EQ(job.selected(), 3u);
}

TEST(CountJob, MaxCountEndsASource) {
  for (size_t chunk_size : {1, 4, 100}) {
    EXPECT_EQ(Count({.max_count = 3}, "a\na\nb\na\na\na\n", chunk_size), "path:3\n");
    EXPECT_EQ(Count({.max_count = 0}, "a\n", chunk_size), "path:0\n");
    EXPECT_EQ(Count({.max_count = 9}, "a\na\n", chunk_size), "path:2\n");
  }
}

TEST(CountJob, TotalIsOneNumberForAllSources) {
  CountJob job({.print = Print::kTotal});
  JobRunner runner(&job, "a");
  runner.Source("x", "a\na\n", 1);
  runner.Source("y", "a\n", 1);
  runner.End();
  EXPECT_EQ(runner.Printed(), "3\n");
}

TEST(CountJob, NothingPrintedEndsWithTheFirstRecord) {
  CountJob job({.print = Print::kNothing});
  JobRunner runner(&job, "a");
  EXPECT_FALSE(job.AllDecided());
  runner.Source("x", "b\na\na\na\n", 1);
  EXPECT_TRUE(job.AllDecided());
  EXPECT_EQ(runner.Printed(), "");
  EXPECT_EQ(job.selected(), 1u);
}

TEST(CountJob, ElseASelectedRecordDecidesNotAll) {
  CountJob job({});
  JobRunner runner(&job, "a");
  runner.Source("x", "a\n", 1);
  EXPECT_FALSE(job.AllDecided());
}

TEST(CountJob, NamesOfSourcesWithAndWithoutMatches) {
  for (const auto& [print, printed] : std::initializer_list<std::pair<Print, std::string>>{
           {Print::kNamesWithMatches, "x\nz\n"}, {Print::kNamesWithoutMatch, "y\n"}}) {
    CountJob job({.print = print});
    JobRunner runner(&job, "a");
    runner.Source("x", "a\na\n", 1);
    runner.Source("y", "b\n", 1);
    runner.Source("z", "a\n", 1);
    EXPECT_EQ(runner.Printed(), printed);
  }
}

TEST(CountJob, NulAfterTheName) {
  EXPECT_EQ(Count({.null_after_name = true}, "a\n", 1), std::string("path\0001\n", 7));
  EXPECT_EQ(Count({.print = Print::kNamesWithMatches, .null_after_name = true}, "a\n", 1),
            std::string("path\0", 5));
}

// What a scanner tells of a chunk whose second block is binary, with a selected record in each.
std::string CountBinary(const CountOptions& options, uint64_t* selected) {
  CountJob job(options);
  std::string bytes;
  const auto send = [] {};
  Partial partial(&bytes, send);
  const std::vector<Run> runs = {{0, 2}};
  job.StartChunk(0, &partial);
  if (job.Map({.block = "a\n", .block_begin = 0, .runs = runs, .records = 1}, &partial)) {
    job.Map({.block = "a\n", .block_begin = 2, .runs = runs, .records = 1, .binary = true},
            &partial);
  }
  job.EndChunk(&partial);
  JobRunner runner(&job, "a");
  job.Merge({.name = "x"}, {.bytes = bytes});
  runner.Source("x", "", 1);
  *selected = job.selected();
  return runner.Printed();
}

TEST(CountJob, BinaryDataCountOrMakeTheSourceVoid) {
  uint64_t selected = 0;
  EXPECT_EQ(CountBinary({}, &selected), "x:2\n");
  EXPECT_EQ(selected, 2u);
  EXPECT_EQ(CountBinary({.binary = BinaryData::kVoid}, &selected), "x:0\n");
  EXPECT_EQ(selected, 0u);
}

TEST(CountJob, WhatIsDecidedBeforeBinaryDataStays) {
  uint64_t selected = 0;
  EXPECT_EQ(
      CountBinary({.print = Print::kNamesWithMatches, .binary = BinaryData::kVoid}, &selected),
      "x\n");
  EXPECT_EQ(selected, 1u);
}

}  // namespace
}  // namespace bigscan
