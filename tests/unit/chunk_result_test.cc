#include "cmd/chunk_result.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

std::string Spell(const std::vector<RecordFailure>& failures) {
  std::string text;
  for (const RecordFailure& failure : failures) {
    absl::StrAppend(&text, "[", failure.begin, ",", failure.end, ") ", failure.reason, "\n");
  }
  return text;
}

void ExpectRoundTrip(const std::vector<std::string>& partials,
                     const std::vector<RecordFailure>& failures, const std::string& engines = "") {
  std::string bytes;
  ChunkResultWriter writer(partials.size(), &bytes);
  for (size_t i = 0; i < partials.size(); ++i) *writer.partial(i) += partials[i];
  writer.Finish({.failures = failures, .engines = engines});
  const ChunkResult result = ReadChunkResult(partials.size(), bytes).value();
  EXPECT_EQ(std::vector<std::string>(result.partials.begin(), result.partials.end()), partials);
  EXPECT_EQ(Spell(result.footer.failures), Spell(failures));
  EXPECT_EQ(result.footer.engines, engines);
}

TEST(ChunkResult, OfOneJob) {
  ExpectRoundTrip({""}, {});
  ExpectRoundTrip({"partial"}, {});
}

TEST(ChunkResult, OfSeveralJobs) { ExpectRoundTrip({"one", "", std::string(300, 'x')}, {}); }

TEST(ChunkResult, WithFailures) {
  const std::vector<RecordFailure> failures = {{0, 1, ""},
                                               {1000, uint64_t{1} << 60, "match limit"}};
  ExpectRoundTrip({"partial"}, failures);
  ExpectRoundTrip({"one", "two"}, failures);
  ExpectRoundTrip({""}, failures);
}

TEST(ChunkResult, WithEngines) {
  ExpectRoundTrip({"partial"}, {}, "filtered");
  ExpectRoundTrip({"one", "two"}, {{0, 1, "match limit"}}, "direct+literal");
}

TEST(ChunkResult, RandomBytes) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const absl::string_view alphabet("\0\1\x7f\x80\xff", 5);
    std::vector<std::string> partials(1 + Pick(&random, 3));
    for (std::string& partial : partials)
      partial = RandomText(&random, alphabet, Pick(&random, 300));
    std::vector<RecordFailure> failures;
    for (uint64_t count = Pick(&random, 3); count > 0; --count) {
      failures.push_back({random(), random(), RandomText(&random, alphabet, Pick(&random, 200))});
    }
    ExpectRoundTrip(partials, failures);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST(ChunkResult, PartialOfOneJobCostsOneByte) {
  std::string bytes;
  ChunkResultWriter writer(1, &bytes);
  *writer.partial(0) += "abc";
  writer.Finish({});
  EXPECT_EQ(bytes.size(), 4u);
}

// The bytes come from a worker, who may have been made to write anything.
TEST(ChunkResult, BrokenBytesAreRefused) {
  EXPECT_FALSE(ReadChunkResult(1, "").has_value());
  EXPECT_FALSE(ReadChunkResult(1, "\1").has_value());
  EXPECT_FALSE(ReadChunkResult(1, "\1\xff\xff\xff\x7f").has_value());
  EXPECT_FALSE(ReadChunkResult(2, absl::string_view("\0\x05"
                                                    "ab",
                                                    4))
                   .has_value());
}

}  // namespace
}  // namespace bigscan
