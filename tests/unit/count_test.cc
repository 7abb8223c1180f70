#include "jobs/count.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

std::string Count(const CountOptions& options, const std::string& text, size_t chunk_size) {
  CountJob job(options);
  JobRunner runner(&job, "a");
  runner.Source("path", text, chunk_size);
  return runner.Printed();
}

TEST(CountJob, AddsUpTheChunks) {
  const std::string text = "a\nb\naa\nb\n\nca";
  for (size_t chunk_size = 1; chunk_size <= text.size(); ++chunk_size) {
    EXPECT_EQ(Count({}, text, chunk_size), "3\n") << "chunk size " << chunk_size;
  }
}

TEST(CountJob, NothingSelectedIsZero) {
  EXPECT_EQ(Count({}, "b\n", 1), "0\n");
  EXPECT_EQ(Count({}, "", 1), "0\n");
}

TEST(CountJob, PrefixesThePath) {
  EXPECT_EQ(Count({.with_path = true, .max_count = {}}, "a\n", 1), "path:1\n");
}

TEST(CountJob, CountsEachSource) {
  CountJob job({.with_path = true, .max_count = {}});
  JobRunner runner(&job, "a");
  runner.Source("x", "a\na\n", 1);
  runner.Source("y", "b\n", 1);
  runner.Source("z", "a\n", 1);
  EXPECT_EQ(runner.Printed(), "x:2\ny:0\nz:1\n");
  EXPECT_EQ(job.selected(), 3u);
}

TEST(CountJob, MaxCountEndsASource) {
  for (size_t chunk_size : {1, 4, 100}) {
    EXPECT_EQ(Count({.max_count = 3}, "a\na\nb\na\na\na\n", chunk_size), "3\n");
    EXPECT_EQ(Count({.max_count = 0}, "a\n", chunk_size), "0\n");
    EXPECT_EQ(Count({.max_count = 9}, "a\na\n", chunk_size), "2\n");
  }
}

TEST(CountJob, QuietPrintsNothingAndEndsWithTheFirstRecord) {
  CountJob job({.quiet = true, .max_count = {}});
  JobRunner runner(&job, "a");
  EXPECT_FALSE(job.AllDecided());
  runner.Source("x", "b\na\na\na\n", 1);
  EXPECT_TRUE(job.AllDecided());
  EXPECT_EQ(runner.Printed(), "");
  EXPECT_EQ(job.selected(), 1u);
}

TEST(CountJob, WithoutQuietASelectedRecordDecidesNothing) {
  CountJob job({});
  JobRunner runner(&job, "a");
  runner.Source("x", "a\n", 1);
  EXPECT_FALSE(job.AllDecided());
}

}  // namespace
}  // namespace bigscan
