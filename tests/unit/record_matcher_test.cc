#include "lib/record_matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/pattern_writer.h"
#include "tests/unit/scanning.h"

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

TEST(RecordMatcher, WhichPatternsMayMatchAnEmptyRecord) {
  const auto may = [](const Pattern& pattern) { return MayMatchEmptyRecord({&pattern, 1}); };
  for (const char* text : {"", "^", "$", "a*", "a|", "\\z", "(?!a)", "(?<!a)", "a?b?"}) {
    EXPECT_TRUE(may({.text = text})) << text;
  }
  for (const char* text : {"a", ".", "a|b", "^a", "\\b", "(?=a)", "(?s).", "[^a]", "\\W"}) {
    EXPECT_FALSE(may({.text = text})) << text;
  }
  EXPECT_TRUE(may({.text = "", .fixed = true}));
  EXPECT_FALSE(may({.text = "a*", .fixed = true}));
  EXPECT_TRUE(may({.text = "a*", .whole_record = true}));
  EXPECT_FALSE(may({.text = "a", .whole_word = true}));
}

TEST(RecordMatcher, OneOfSeveralPatternsMayMatchAnEmptyRecord) {
  EXPECT_FALSE(MayMatchEmptyRecord({}));
  EXPECT_FALSE(MayMatchEmptyRecord(std::vector<Pattern>{{.text = "a"}, {.text = "b"}}));
  EXPECT_TRUE(MayMatchEmptyRecord(std::vector<Pattern>{{.text = "a"}, {.text = "b*"}}));
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

// Each run of a's takes about half a million steps, which is more than each byte of a long record has.
constexpr char kSlow[] = "(?=(a+)+z)a|q\\Kr?";
const std::string kSlowRun = absl::StrCat(std::string(18, 'a'), " ");

std::string Repeated(absl::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

TEST(RecordMatcher, LongRecordWithAFewSlowStarts) {
  const std::string slow = Repeated("x", 30000) + Repeated(kSlowRun, 20);
  EXPECT_FALSE(Matches({.text = kSlow}, slow).value());
  const RecordMatcher matcher = RecordMatcher::Compile({.text = kSlow}).value();
  const std::string found = absl::StrCat(slow, "xqr", slow);
  const RecordMatcher::Span span = matcher.Find(found, {.from = 7}).value().value();
  EXPECT_EQ(span.begin, slow.size() + 2);
  EXPECT_EQ(span.end, slow.size() + 3);
  EXPECT_EQ(span.start, slow.size() + 1);
  EXPECT_FALSE(matcher.Find(found, {.from = slow.size() + 2}).value().has_value());
}

TEST(RecordMatcher, LongRecordSeesItsBeginAsOneSearchDoes) {
  const std::string record = absl::StrCat("b", Repeated("x", 30000), kSlowRun, "b");
  const RecordMatcher matcher = RecordMatcher::Compile({.text = "(?=(a+)+z)a|(?<=^)x"}).value();
  EXPECT_FALSE(matcher.Matches(record).value());
  EXPECT_FALSE(matcher.Find(record, {.from = 1}).value().has_value());
  const RecordMatcher behind = RecordMatcher::Compile({.text = "(?=(a+)+z)a|(?<!^.)b$"}).value();
  EXPECT_EQ(behind.Find(record, {.from = 1}).value().value().begin, record.size() - 1);
}

TEST(RecordMatcher, LongRecordOfWholeCharacters) {
  const std::string slow = absl::StrCat(Repeated("\xc3\xa9", 15000), kSlowRun, "\xa9\xff");
  const Pattern pattern{.text = "(?=(a+)+z)a|\xc3\xa9(?=\xc3\xa8)", .unicode = true};
  EXPECT_FALSE(Matches(pattern, slow).value());
  const RecordMatcher matcher = RecordMatcher::Compile(pattern).value();
  const std::string found = absl::StrCat(slow, "\xc3\xa9\xc3\xa8");
  EXPECT_EQ(matcher.Find(found, {.from = 0}).value().value().begin, slow.size());
}

TEST(RecordMatcher, SearchUpToALastStart) {
  for (uint64_t seed = 0; seed < 3000 && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    PatternWriter writer(&random);
    const Pattern pattern{.text = writer.Regex(),
                          .caseless = Pick(&random, 4) == 0,
                          .whole_word = Pick(&random, 6) == 0,
                          .unicode = Pick(&random, 4) == 0};
    absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
    if (!matcher.ok()) continue;
    matcher->CompileJit();
    const std::string record = RandomText(&random, "aabbAB1_ -\xc3\xa4", Pick(&random, 30));
    const auto all = matcher->Find(record, {});
    if (!all.ok()) continue;
    for (size_t last = 0; last <= record.size(); ++last) {
      const auto found = matcher->Find(record, {.last = last});
      ASSERT_TRUE(found.ok()) << found.status();
      const bool expected = all->has_value() && (*all)->start <= last;
      EXPECT_EQ(found->has_value(), expected)
          << "seed " << seed << ", pattern " << pattern.text << ", last " << last;
      if (expected && found->has_value()) {
        EXPECT_EQ((*found)->end, (*all)->end);
      }
    }
  }
}

TEST(RecordMatcher, LongRecordUpToALastStart) {
  const std::string slow = Repeated("x", 30000) + Repeated(kSlowRun, 20);
  const std::string record = absl::StrCat(slow, "qq");
  for (const char* text : {kSlow, "(?=(a+)+z)a|q\\Kr?|\\Gz"}) {
    const RecordMatcher matcher = RecordMatcher::Compile({.text = text}).value();
    EXPECT_FALSE(matcher.Find(record, {.last = slow.size() - 1}).value().has_value());
    EXPECT_EQ(matcher.Find(record, {.last = slow.size()}).value().value().start, slow.size());
  }
}

// Each start would take long, but that the first one says so for all of them.
TEST(RecordMatcher, LongRecordWhereTheFirstStartIsSlow) {
  const std::string record = Repeated("abcdefg hijklmn ", 62'500);
  EXPECT_FALSE(Matches({.text = "abcdefg.*(?<!b)c.*x\\b"}, record).value());
}

TEST(RecordMatcher, ManySlowStartsAreGivenUp) {
  const std::string record = Repeated(kSlowRun, 2000);
  const RecordMatcher matcher = RecordMatcher::Compile({.text = kSlow}).value();
  const absl::StatusOr<bool> matches = matcher.Matches(absl::StrCat(record, "q"), TimeLimit(0));
  EXPECT_EQ(matches.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(matcher.Matches(absl::StrCat("q", record), TimeLimit(0)).value());
}

TEST(RecordMatcher, ManySearchesOfARecordShareItsTime) {
  const std::string record = Repeated(absl::StrCat(kSlowRun, "q"), 2000);
  const RecordMatcher matcher = RecordMatcher::Compile({.text = kSlow}).value();
  TimeLimit time(0);
  absl::Status status;
  for (size_t from = 0; status.ok() && from < record.size();) {
    const auto found = matcher.Find(record, {.from = from, .time = &time});
    status = found.status();
    if (status.ok()) from = found->has_value() ? (*found)->end : record.size();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

// Where it matters where the search began, it is not parted.
TEST(RecordMatcher, LongRecordIsOneSearch) {
  const std::string record = absl::StrCat(Repeated("x", 60000), kSlowRun, "qp");
  for (const char* text :
       {"(?=(a+)+z)a|\\Gq", "(?=(a+)+z)a|x(?!x)(*COMMIT)y|q", "(*UCP)(?=(a+)+z)a| q(*SKIP)x|q"}) {
    EXPECT_FALSE(Matches({.text = text}, record).value()) << text;
  }
  EXPECT_TRUE(Matches({.text = "(?=(a+)+z)a|a (*SKIP)(*F)|q"}, record).value());
  const RecordMatcher matcher =
      RecordMatcher::Compile({.text = "(?=(a+)+z)a|\\Gq", .whole_word = true}).value();
  EXPECT_EQ(matcher.Matches(Repeated(kSlowRun, 4000), TimeLimit(0)).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(matcher.Matches("q", TimeLimit(0)).value());
}

TEST(RecordMatcher, FixedStringsAreNoSyntax) {
  for (const char* text : {".*", "a|b", "\\E", "\\Qa\\E", "[", "(?i)", "a b#", "$", "a\tb"}) {
    EXPECT_TRUE(Matches({.text = text, .fixed = true}, absl::StrCat("x", text, "y")).value())
        << text;
    EXPECT_FALSE(Matches({.text = text, .fixed = true}, "xy").value()) << text;
  }
  EXPECT_TRUE(
      Matches({.text = std::string("\0\xff", 2), .fixed = true}, absl::string_view("a\0\xff", 3))
          .value());
}

TEST(RecordMatcher, WholeRecord) {
  const Pattern pattern{.text = "a|bc", .whole_record = true};
  EXPECT_TRUE(Matches(pattern, "a").value());
  EXPECT_TRUE(Matches(pattern, "bc").value());
  EXPECT_FALSE(Matches(pattern, "ac").value());
  EXPECT_FALSE(Matches(pattern, "a\n").value());
  EXPECT_TRUE(Matches({.text = "a|ab", .whole_record = true}, "ab").value());
}

TEST(RecordMatcher, WholeRecordOutdoesWholeWord) {
  EXPECT_TRUE(Matches({.text = "-a", .whole_word = true, .whole_record = true}, "-a").value());
  EXPECT_FALSE(Matches({.text = "a", .whole_word = true, .whole_record = true}, "a b").value());
}

TEST(RecordMatcher, WholeWordIsOneWithNoWordByteAround) {
  const Pattern pattern{.text = "ab|a|-", .whole_word = true};
  EXPECT_TRUE(Matches(pattern, "x ab").value());
  EXPECT_TRUE(Matches(pattern, "ab-x").value());
  EXPECT_FALSE(Matches(pattern, "abc _a").value());
  EXPECT_TRUE(Matches(pattern, " - ").value()) << "which \\b would not find";
  EXPECT_FALSE(Matches(pattern, "x-x").value());
  EXPECT_TRUE(Matches({.text = "a", .whole_word = true}, "ba a").value());
  EXPECT_TRUE(Matches({.text = "", .whole_word = true}, "a -").value());
  EXPECT_FALSE(Matches({.text = "", .whole_word = true}, "a-a").value());
  EXPECT_TRUE(Matches({.text = ".", .fixed = true, .whole_word = true}, ".").value());
}

TEST(RecordMatcher, Unicode) {
  const Pattern pattern{.text = "^.\xc3\x84$", .caseless = true, .unicode = true};
  EXPECT_TRUE(Matches(pattern, "\xc3\xa4\xc3\xa4").value());
  EXPECT_FALSE(Matches({.text = pattern.text, .caseless = true}, "\xc3\xa4\xc3\xa4").value());
  EXPECT_TRUE(
      Matches({.text = "k", .fixed = true, .caseless = true, .unicode = true}, "\xe2\x84\xaa")
          .value())
      << "the Kelvin sign";
  EXPECT_TRUE(Matches({.text = "\\w{2}", .unicode = true}, "\xc3\xa4\xc3\xb6").value());
}

TEST(RecordMatcher, InvalidUnicodeMatchesNothingAndIsNoError) {
  EXPECT_FALSE(Matches({.text = "a.b", .unicode = true},
                       "a\xff"
                       "b")
                   .value());
  EXPECT_TRUE(Matches({.text = "b", .unicode = true},
                      "a\xff"
                      "b")
                  .value());
  EXPECT_FALSE(Matches({.text = "^b", .unicode = true},
                       "\xff"
                       "b")
                   .value());
}

std::string FoundAt(const Pattern& pattern, absl::string_view record, size_t from) {
  const auto span = RecordMatcher::Compile(pattern).value().Find(record, {.from = from}).value();
  return span.has_value() ? absl::StrCat(span->begin, "-", span->end) : "none";
}

TEST(RecordMatcher, FindIsLeftmostAndThenAsPerlPrefers) {
  EXPECT_EQ(FoundAt({.text = "b|ab|abc"}, "xabcb", 0), "1-3");
  EXPECT_EQ(FoundAt({.text = "b|ab|abc"}, "xabcb", 2), "2-3");
  EXPECT_EQ(FoundAt({.text = "b|ab|abc"}, "xabcb", 3), "4-5");
  EXPECT_EQ(FoundAt({.text = "b"}, "xab", 3), "none");
  EXPECT_EQ(FoundAt({.text = "b*"}, "abb", 0), "0-0");
  EXPECT_EQ(FoundAt({.text = "$"}, "ab", 0), "2-2");
}

TEST(RecordMatcher, FindSeesWhatIsBefore) {
  EXPECT_EQ(FoundAt({.text = "^b"}, "ab", 1), "none");
  EXPECT_EQ(FoundAt({.text = "(?<=a)b"}, "ab", 1), "1-2");
  EXPECT_EQ(FoundAt({.text = "b", .whole_word = true}, "ab b", 1), "3-4");
  EXPECT_EQ(FoundAt({.text = "a\\Kb"}, "ab", 0), "1-2");
}

TEST(RecordMatcher, FindFromWithinACharacter) {
  EXPECT_EQ(FoundAt({.text = "b", .unicode = true},
                    "\xc3\xa4"
                    "b",
                    1),
            "2-3");
}

TEST(RecordMatcher, MatchesAt) {
  const RecordMatcher matcher = RecordMatcher::Compile({.text = "(?<!a)b"}).value();
  EXPECT_TRUE(matcher.MatchesAt("xbab", 1).value());
  EXPECT_FALSE(matcher.MatchesAt("xbab", 0).value());
  EXPECT_FALSE(matcher.MatchesAt("xbab", 3).value());
}

TEST(RecordMatcher, MachineCodeAnswersTheSame) {
  RecordMatcher matcher = RecordMatcher::Compile({.text = "(a+)\\1b"}).value();
  const RecordMatcher interpreted = RecordMatcher::Compile({.text = "(a+)\\1b"}).value();
  matcher.CompileJit();
  for (const char* record : {"", "ab", "aab", "aaab", "aaaa", "b"}) {
    EXPECT_EQ(matcher.Matches(record).value(), interpreted.Matches(record).value()) << record;
  }
}

}  // namespace
}  // namespace bigscan
