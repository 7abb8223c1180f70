#include "jobs/tally.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

std::string Tally(std::optional<uint64_t> max_count, size_t chunk_size) {
  TallyJob job({.patterns = {"a", "b", "z"}, .max_count = max_count});
  JobRunner runner(&job, std::vector<Pattern>{{.text = "a"}, {.text = "b"}, {.text = "z"}});
  runner.Source("x", "a\nab\nc\nb\naa\n", chunk_size);
  runner.Source("y", "b\n", chunk_size);
  runner.End();
  return runner.Printed();
}

TEST(TallyJob, CountsTheRecordsOfEachPattern) {
  for (size_t chunk_size : {1, 3, 100}) EXPECT_EQ(Tally({}, chunk_size), "3\ta\n3\tb\n0\tz\n");
}

TEST(TallyJob, OnlyTheFirstSelectedRecordsOfASourceCount) {
  for (size_t chunk_size : {1, 3, 100}) EXPECT_EQ(Tally(2, chunk_size), "2\ta\n2\tb\n0\tz\n");
}

TEST(TallyJob, PreviewsWhatMatchesMost) {
  TallyJob job({.patterns = {"a", "b", "z"}});
  JobRunner runner(&job, std::vector<Pattern>{{.text = "a"}, {.text = "b"}, {.text = "z"}});
  runner.Source("x", "b\nab\nb\n", 100);
  EXPECT_EQ(job.Preview(2), (std::vector<std::string>{"3  b", "1  a"}));
  EXPECT_EQ(job.Preview(9), (std::vector<std::string>{"3  b", "1  a", "0  z"}));
  EXPECT_TRUE(job.Preview(0).empty());
  runner.End();
  EXPECT_EQ(runner.Printed(), "1\ta\n3\tb\n0\tz\n");
}

}  // namespace
}  // namespace bigscan
