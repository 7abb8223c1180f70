#include "lib/record_matcher.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

absl::StatusOr<bool> Matches(const Pattern& pattern, absl::string_view record) {
  return RecordMatcher::Compile(pattern).value().Matches(record);
}

TEST(RecordMatcher, MatchAnywhereInTheRecord) {
  EXPECT_TRUE(Matches({.text = "b+c"}, "abbcd").value());
  EXPECT_FALSE(Matches({.text = "b+c"}, "abbd").value());
}

TEST(RecordMatcher, EmptyRecord) {
  EXPECT_TRUE(Matches({.text = "^$"}, "").value());
  EXPECT_TRUE(Matches({.text = "^$"}, absl::string_view()).value());
  EXPECT_FALSE(Matches({.text = "."}, "").value());
}

TEST(RecordMatcher, Caseless) {
  EXPECT_TRUE(Matches({.text = "aB", .caseless = true}, "Ab").value());
  EXPECT_FALSE(Matches({.text = "aB"}, "Ab").value());
}

TEST(RecordMatcher, BytesThatAreNoUtf8) {
  EXPECT_TRUE(Matches({.text = "^.\xff$"}, "\xc3\xff").value());
  EXPECT_TRUE(Matches({.text = std::string("a\0b", 3)}, absl::string_view("a\0b", 3)).value());
}

TEST(RecordMatcher, DollarIsTheEndOnly) { EXPECT_FALSE(Matches({.text = "a$"}, "a\n").value()); }

TEST(RecordMatcher, InvalidPatternHasAReason) {
  const auto matcher = RecordMatcher::Compile({.text = "a(b"});
  EXPECT_EQ(matcher.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(matcher.status().message(), "missing closing parenthesis at index 3");
}

TEST(RecordMatcher, MatchLimitIsAnErrorAndNoAnswer) {
  const auto matches = Matches({.text = "(?:a+)+;"}, std::string(60, 'a') + "1a;");
  EXPECT_EQ(matches.status().code(), absl::StatusCode::kResourceExhausted);
}

// What grep -P matches: a long record is no reason to give up.
TEST(RecordMatcher, LongRecordIsMatchedWhenThePatternIsHarmless) {
  for (size_t size : {1'000, 5'000, 50'000}) {
    const auto matches = Matches({.text = "(?:\\p{L}|1)+[1,]+$"}, std::string(size, 'a') + "1,");
    EXPECT_TRUE(matches.ok() && *matches) << size << " bytes: " << matches.status();
  }
}

}  // namespace
}  // namespace bigscan
