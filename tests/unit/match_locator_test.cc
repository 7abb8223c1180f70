#include "lib/match_locator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/pattern_writer.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

std::string Spell(const std::vector<MatchLocator::Match>& matches) {
  std::string text;
  for (const MatchLocator::Match& match : matches) {
    absl::StrAppend(&text, text.empty() ? "" : " ", match.begin, "-", match.end, ":",
                    match.pattern);
  }
  return text;
}

std::string Locate(const std::vector<Pattern>& patterns, absl::string_view record,
                   const std::vector<uint32_t>& candidates = {}) {
  MatchLocator locator(patterns);
  std::vector<MatchLocator::Match> matches = {{7, 8, 9}};
  EXPECT_TRUE(locator.Locate(record, candidates, &matches).ok());
  return Spell(matches);
}

TEST(MatchLocator, FromLeftToRight) {
  EXPECT_EQ(Locate(Regexes({"a", "b+"}), "xabba"), "1-2:0 2-4:1 4-5:0");
  EXPECT_EQ(Locate(Regexes({"b+", "a"}), "xabba"), "1-2:1 2-4:0 4-5:1");
  EXPECT_EQ(Locate(Regexes({"c"}), "xabba"), "");
  EXPECT_EQ(Locate({}, "a"), "");
  EXPECT_EQ(Locate(Regexes({"a"}), ""), "");
}

TEST(MatchLocator, ASearchThatGoesOnSeesNoBegin) {
  EXPECT_EQ(Locate(Regexes({R"((?<!^\t)\S?)"}), "\t0"), "1-2:0");
  EXPECT_EQ(Locate(Regexes({R"((?<!^\t)\S)"}), "\t0"), "");
}

TEST(MatchLocator, ASearchThatGoesOnBeginsThere) {
  EXPECT_EQ(Locate(Regexes({R"(a|\G\t)"}), "a\t\t"), "0-1:0 1-2:0 2-3:0");
  EXPECT_EQ(Locate(Regexes({"a", R"(\G\t)"}), "a\t\t"), "0-1:0 1-2:1 2-3:1");
  EXPECT_EQ(Locate(Regexes({"a", R"(\G\t)"}), "a\t\t", {0}), "0-1:0 1-2:1 2-3:1");
}

TEST(MatchLocator, NoneOverAnother) {
  EXPECT_EQ(Locate(Regexes({"abc", "bcd", "d"}), "abcd"), "0-3:0 3-4:2");
  EXPECT_EQ(Locate(Regexes({"aa"}), "aaaaa"), "0-2:0 2-4:0");
}

TEST(MatchLocator, OfThoseThatBeginTogetherTheFirstPattern) {
  EXPECT_EQ(Locate(Regexes({"a", "ab"}), "ab"), "0-1:0");
  EXPECT_EQ(Locate(Regexes({"ab", "a"}), "ab"), "0-2:0");
}

TEST(MatchLocator, OfFixedStringsTheLongest) {
  EXPECT_EQ(Locate(FixedStrings({"a", "ab", "abc"}), "abcab"), "0-3:2 3-5:1");
  EXPECT_EQ(Locate(FixedStrings({"b", "ab"}), "ab"), "0-2:1") << "the leftmost before the longest";
  std::vector<Pattern> mixed = FixedStrings({"a", "ab"});
  mixed.push_back({.text = "x"});
  EXPECT_EQ(Locate(mixed, "ab"), "0-1:0");
}

TEST(MatchLocator, EmptyMatchesAreLeftOut) {
  EXPECT_EQ(Locate(Regexes({"b*"}), "abba"), "1-3:0");
  EXPECT_EQ(Locate(Regexes({""}), "abba"), "");
  EXPECT_EQ(Locate(Regexes({"^", "b", "$"}), "abba"), "1-2:1 2-3:1");
  EXPECT_EQ(Locate(Regexes({"(?=b)", "b"}), "ab b"), "") << "the first pattern goes first";
}

TEST(MatchLocator, SeesWhatIsBefore) {
  EXPECT_EQ(Locate(Regexes({"^a"}), "aaa"), "0-1:0");
  EXPECT_EQ(Locate(Regexes({"(?<=a)a"}), "aaa"), "1-2:0 2-3:0");
  EXPECT_EQ(Locate({{.text = "a", .whole_word = true}}, "a aa a"), "0-1:0 5-6:0");
}

TEST(MatchLocator, MatchThatBeginsLater) {
  EXPECT_EQ(Locate(Regexes({"a\\Kb"}), "abab"), "1-2:0 3-4:0");
  EXPECT_EQ(Locate(Regexes({"ab\\K", "b"}), "ab"), "") << "as in (?:ab\\K)|(?:b)";
}

TEST(MatchLocator, OnlyCandidatesAreTried) {
  EXPECT_EQ(Locate(Regexes({"a", "b", "c"}), "abc", {0, 2}), "0-1:0 2-3:2");
}

TEST(MatchLocator, Unicode) {
  EXPECT_EQ(Locate({{.text = ".", .unicode = true}},
                   "\xc3\xa4"
                   "b\xff"
                   "c"),
            "0-2:0 2-3:0 4-5:0");
  EXPECT_EQ(Locate({{.text = "x*", .unicode = true}}, "\xc3\xa4x"), "2-3:0");
}

TEST(MatchLocator, FailureKeepsWhatIsBefore) {
  const std::vector<Pattern> patterns = Regexes({"x|(?:\\p{L}+)+;$"});
  MatchLocator locator(patterns);
  std::vector<MatchLocator::Match> matches;
  const std::string record = "x" + std::string(60, 'a') + "1a";
  const absl::Status status = locator.Locate(record + ".", {}, &matches);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(Spell(matches), "0-1:0");
  EXPECT_TRUE(locator.Locate("x", {}, &matches).ok());
}

// The definition: of all patterns' next matches the leftmost, byte by byte.
std::string NaiveLocate(const std::vector<Pattern>& patterns, absl::string_view record) {
  bool longest = true;
  for (const Pattern& pattern : patterns) longest &= pattern.fixed;
  std::vector<MatchLocator::Match> matches;
  for (size_t from = 0; from < record.size();) {
    std::optional<MatchLocator::Match> best;
    for (uint32_t i = 0; i < patterns.size(); ++i) {
      RecordMatcher matcher = RecordMatcher::Compile(patterns[i]).value();
      if (patterns[i].unicode) matcher.CompileJit();
      const auto found = matcher.Find(record, {.from = from});
      if (!found.ok()) return "failed";
      if (!found->has_value()) continue;
      const MatchLocator::Match match{(*found)->begin, (*found)->end, i};
      if (!best || match.begin < best->begin ||
          (match.begin == best->begin && longest && match.end > best->end)) {
        best = match;
      }
    }
    if (!best) break;
    if (best->end > best->begin) matches.push_back(*best);
    from = best->end > best->begin ? best->end : best->begin + 1;
  }
  return Spell(matches);
}

TEST(MatchLocator, RandomPatternsAsNaive) {
  for (uint64_t seed = 0; seed < 1500 && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    std::vector<Pattern> patterns;
    const bool fixed = Pick(&random, 4) == 0;
    while (patterns.size() < 1 + seed % 4) {
      PatternWriter writer(&random);
      Pattern pattern{.text = fixed ? writer.FixedString() : writer.Regex(),
                      .fixed = fixed,
                      .caseless = Pick(&random, 4) == 0,
                      .whole_word = Pick(&random, 6) == 0,
                      .unicode = Pick(&random, 8) == 0};
      if (RecordMatcher::Compile(pattern).ok()) patterns.push_back(pattern);
    }
    const std::string record = RandomText(&random, "aabbAB1_ -\xc3\xa4", Pick(&random, 40));
    const std::string expected = NaiveLocate(patterns, record);
    if (expected == "failed") continue;
    EXPECT_EQ(Locate(patterns, record), expected)
        << "seed " << seed << ", record " << testing::PrintToString(record) << ", pattern "
        << patterns[0].text;
  }
}

// To search the whole record anew behind each match would take hours.
TEST(MatchLocator, WhatLooksBackIsSearchedForBeforeTheOthers) {
  const std::vector<Pattern> patterns = {
      {.text = "a"}, {.text = "(?<!^.)(?=(b+)+z)b"}, {.text = "(?<!^)b(?=a)|^b"}};
  std::string record;
  for (int i = 0; i < 20000; ++i) record += "abbbbbbbb";
  MatchLocator locator(patterns);
  std::vector<MatchLocator::Match> matches;
  EXPECT_TRUE(locator.Locate(record, {}, &matches).ok());
  EXPECT_EQ(matches.size(), 39'999u);
}

TEST(MatchLocator, ManyMatchesAreGivenUp) {
  const std::vector<Pattern> patterns = {{.text = "(?<!^.)(?=(b+)+z)b"}, {.text = "a"}};
  std::string record;
  for (int i = 0; i < 2000; ++i) record += "abbbbbbbbbbb";
  std::vector<MatchLocator::Match> matches;
  MatchLocator impatient(patterns, false, TimeLimit(0));
  EXPECT_EQ(impatient.Locate(record, {}, &matches).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(matches.empty());
  MatchLocator locator(patterns);
  EXPECT_TRUE(locator.Locate(record.substr(0, 1200), {}, &matches).ok());
  EXPECT_EQ(matches.size(), 100u);
}

}  // namespace
}  // namespace bigscan
