#include "lib/record.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// Every string over {a, newline} up to this length.
std::vector<std::string> AllTexts(size_t longest) {
  std::vector<std::string> texts = {""};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == longest) continue;
    texts.push_back(texts[i] + 'a');
    texts.push_back(texts[i] + '\n');
  }
  return texts;
}

TEST(Record, BoundsOfTheRecordAtEachOffset) {
  for (const std::string& text : AllTexts(8)) {
    size_t begin = 0;
    for (const std::string& record : NaiveRecords(text, '\n')) {
      for (size_t offset = begin; offset < begin + record.size(); ++offset) {
        ASSERT_EQ(RecordBegin(text, offset, '\n'), begin) << '"' << text << "\" at " << offset;
        ASSERT_EQ(RecordEnd(text, offset, '\n'), begin + record.size())
            << '"' << text << "\" at " << offset;
      }
      begin += record.size();
    }
  }
}

TEST(Record, BoundsAtTheEndOfTheData) {
  EXPECT_EQ(RecordBegin("", 0, '\n'), 0u);
  EXPECT_EQ(RecordEnd("", 0, '\n'), 0u);
  EXPECT_EQ(RecordBegin("a\nb", 3, '\n'), 2u);
  EXPECT_EQ(RecordEnd("a\nb", 3, '\n'), 3u);
  EXPECT_EQ(RecordBegin("a\n", 2, '\n'), 2u);
  EXPECT_EQ(RecordEnd("a\n", 2, '\n'), 2u);
}

TEST(Record, CountsRecordsOfAllShortTexts) {
  for (const std::string& text : AllTexts(8)) {
    ASSERT_EQ(CountRecords(text, '\n'), NaiveRecords(text, '\n').size()) << '"' << text << '"';
  }
}

class RecordCount : public testing::TestWithParam<size_t> {};

TEST_P(RecordCount, EachByteADelimiter) {
  const std::string text(GetParam(), '\xff');
  EXPECT_EQ(CountDelimiters(text, '\xff'), text.size());
}

TEST_P(RecordCount, NoByteADelimiter) {
  EXPECT_EQ(CountDelimiters(std::string(GetParam(), 'a'), '\0'), 0u);
}

TEST_P(RecordCount, RandomBytesAtEachAlignment) {
  Random random(GetParam());
  const std::string text = RandomText(&random, absl::string_view("\n\0ab", 4), GetParam() + 16);
  for (size_t skip = 0; skip < 16; ++skip) {
    const std::string part = text.substr(skip, GetParam());
    for (char delimiter : {'\n', '\0'}) {
      uint64_t expected = 0;
      for (char c : part) expected += c == delimiter;
      ASSERT_EQ(CountDelimiters(absl::string_view(text).substr(skip, GetParam()), delimiter),
                expected)
          << "seed " << GetParam() << ", skip " << skip;
    }
  }
}

// Around one step of 64 bytes, and around the 255 steps after which the sums must be taken.
INSTANTIATE_TEST_SUITE_P(Sizes, RecordCount,
                         testing::Values(0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255 * 64 - 1,
                                         255 * 64, 255 * 64 + 1, 256 * 64 - 1, 256 * 64,
                                         256 * 64 + 1, 2 * 255 * 64, 2 * 255 * 64 + 63));

TEST(Record, WithoutDelimiterDropsOneDelimiterAtMost) {
  EXPECT_EQ(WithoutDelimiter("", '\n'), "");
  EXPECT_EQ(WithoutDelimiter("a", '\n'), "a");
  EXPECT_EQ(WithoutDelimiter("a\n", '\n'), "a");
  EXPECT_EQ(WithoutDelimiter("\n\n", '\n'), "\n");
  EXPECT_EQ(WithoutDelimiter("a\n", '\0'), "a\n");
}

}  // namespace
}  // namespace bigscan
