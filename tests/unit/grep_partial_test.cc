#include "jobs/grep_partial.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

struct Added {
  uint64_t before;
  uint64_t begin;
  std::string bytes;
};

std::string Write(GrepLayout layout, const std::vector<Added>& spans, uint64_t selected,
                  uint64_t records, const std::string& already = "") {
  std::string partial = already;
  GrepPartialWriter writer(layout, '\n');
  writer.Start(&partial);
  for (const Added& span : spans) writer.Add(span.before, span.begin, span.bytes, &partial);
  writer.Finish(selected, records, &partial);
  return partial.substr(already.size());
}

std::string RecordOf(size_t size) { return std::string(size - 1, 'x') + '\n'; }

class GrepPartial : public testing::TestWithParam<GrepLayout> {};

TEST_P(GrepPartial, TotalsComeBack) {
  const std::string partial = Write(GetParam(), {}, 123, UINT64_MAX);
  const GrepPartialReader reader(GetParam(), partial);
  EXPECT_EQ(reader.selected(), 123u);
  EXPECT_EQ(reader.records(), UINT64_MAX);
}

TEST_P(GrepPartial, PartialBeginsWhereTheStringEnded) {
  const std::vector<Added> spans = {{1, 2, "abc\n"}};
  EXPECT_EQ(Write(GetParam(), spans, 1, 2, "earlier"), Write(GetParam(), spans, 1, 2));
}

// Random records, some of them long; what comes back is what the spans stand for.
TEST_P(GrepPartial, RandomSpansComeBack) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    std::string source;
    std::vector<Added> spans;
    for (uint64_t count = Pick(&random, 20); count > 0; --count) {
      const size_t size = 1 + Pick(&random, Pick(&random, 5) == 0 ? 100'000 : 100);
      spans.push_back({Pick(&random, 300), source.size() + Pick(&random, 3), RecordOf(size)});
      source.resize(spans.back().begin, '-');
      source += spans.back().bytes;
    }
    const std::string partial = Write(GetParam(), spans, spans.size(), 0);
    GrepPartialReader reader(GetParam(), partial);
    GrepPartialReader::Span span;
    std::string expected;
    std::string got;
    for (const Added& added : spans) expected += added.bytes;
    size_t index = 0;
    for (; reader.Next(&span); ++index) {
      EXPECT_FALSE(span.unterminated);
      const absl::string_view bytes =
          span.by_range ? absl::string_view(source).substr(span.range.begin, span.range.size())
                        : span.bytes;
      got.append(bytes.data(), bytes.size());
      if (GetParam() == GrepLayout::kRuns) continue;
      ASSERT_LT(index, spans.size());
      EXPECT_EQ(bytes, spans[index].bytes);
      if (GetParam() == GrepLayout::kNumbered) {
        EXPECT_EQ(span.before, spans[index].before);
      }
    }
    EXPECT_TRUE(got == expected) << "seed " << seed;
    if (GetParam() != GrepLayout::kRuns) {
      EXPECT_EQ(index, spans.size());
    }
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST_P(GrepPartial, MissingDelimiterShows) {
  for (size_t size : {1, 100'000}) {
    const std::string partial =
        Write(GetParam(), {{0, 0, "a\n"}, {0, 2, std::string(size, 'b')}}, 2, 2);
    GrepPartialReader reader(GetParam(), partial);
    GrepPartialReader::Span span;
    bool unterminated = false;
    while (reader.Next(&span)) {
      EXPECT_FALSE(unterminated) << "not the last span";
      unterminated = span.unterminated;
    }
    EXPECT_TRUE(unterminated);
  }
}

TEST_P(GrepPartial, LongSpansAreRangesAndShortOnesBytes) {
  const std::string partial =
      Write(GetParam(), {{0, 0, RecordOf(10)}, {0, 10, RecordOf(1 << 20)}}, 2, 2);
  EXPECT_LT(partial.size(), 100u);
  GrepPartialReader reader(GetParam(), partial);
  GrepPartialReader::Span span;
  ASSERT_TRUE(reader.Next(&span));
  EXPECT_FALSE(span.by_range);
  ASSERT_TRUE(reader.Next(&span));
  EXPECT_TRUE(span.by_range);
  EXPECT_EQ(span.range, (ByteRange{10, 10 + (1 << 20)}));
}

// The coordinator must not read beyond what a broken worker has sent.
TEST_P(GrepPartial, TruncatedPartialEndsEarly) {
  const std::string partial =
      Write(GetParam(), {{200, 0, RecordOf(200)}, {300, 500, RecordOf(100'000)}}, 2, 2);
  for (size_t size = 0; size < partial.size(); ++size) {
    const std::string cut = partial.substr(0, size);
    GrepPartialReader reader(GetParam(), cut);
    GrepPartialReader::Span span;
    int spans = 0;
    while (reader.Next(&span)) ++spans;
    ASSERT_LT(spans, 2) << "cut to " << size;
  }
}

std::string LayoutName(const testing::TestParamInfo<GrepLayout>& info) {
  const char* const names[] = {"Runs", "Records", "Numbered"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Layouts, GrepPartial,
                         testing::Values(GrepLayout::kRuns, GrepLayout::kRecords,
                                         GrepLayout::kNumbered),
                         LayoutName);

TEST(GrepPartialRuns, NeighbouringShortSpansShareAHead) {
  const std::string partial = Write(GrepLayout::kRuns, {{0, 0, "a\n"}, {0, 9, "b\n"}}, 2, 0);
  GrepPartialReader reader(GrepLayout::kRuns, partial);
  GrepPartialReader::Span span;
  ASSERT_TRUE(reader.Next(&span));
  EXPECT_EQ(span.bytes, "a\nb\n");
  EXPECT_FALSE(reader.Next(&span));
}

}  // namespace
}  // namespace bigscan
