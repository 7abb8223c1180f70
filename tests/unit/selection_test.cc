#include "lib/selection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

// "all", "none", "literals a ^b B/i", "regex x" or, when matches must be confirmed, "may all", "may
// literals a", "candidates x".
std::string Spell(const Selection& selection) {
  std::string text = selection.exact ? "" : "may ";
  switch (selection.kind) {
    case Selection::Kind::kAll:
      return text + "all";
    case Selection::Kind::kNone:
      return "none";
    case Selection::Kind::kRegex:
      return absl::StrCat(selection.exact ? "regex " : "candidates ", selection.regex);
    case Selection::Kind::kLiterals:
      text += "literals";
      for (const Literal& literal : selection.literals) {
        absl::StrAppend(&text, " ", literal.at_start ? "^" : "", literal.bytes,
                        literal.caseless ? "/i" : "");
      }
  }
  return text;
}

struct Case {
  const char* pattern;
  const char* selection;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.pattern; }

class SelectionOf : public testing::TestWithParam<Case> {};

TEST_P(SelectionOf, Pattern) {
  const absl::StatusOr<Selection> selection =
      bigscan::SelectionOf({.text = GetParam().pattern}, {.delimiter = '\n', .crlf = false});
  ASSERT_TRUE(selection.ok()) << selection.status();
  EXPECT_EQ(Spell(*selection), GetParam().selection) << GetParam().pattern;
}

INSTANTIATE_TEST_SUITE_P(
    Literal, SelectionOf,
    testing::Values(Case{"foo", "literals foo"}, Case{"foo.*", "literals foo"},
                    Case{".*foo", "literals foo"}, Case{"^.*foo.*$", "literals foo"},
                    Case{"(foo)", "literals foo"}, Case{"(?:(foo)).*?", "literals foo"},
                    Case{"fo+", "literals fo"}, Case{"f+oo?", "literals fo"},
                    Case{"\\w*foo", "literals foo"}, Case{"a|b", "literals a b"},
                    Case{"a.*|.*b", "literals a b"}, Case{"(?:ab|cd)", "literals ab cd"},
                    Case{"a\\.b", "literals a.b"}, Case{"(?i)ab", "literals ab/i"},
                    Case{"(?i)AB|c1", "literals ab/i c1/i"}, Case{"(?i)1-2", "literals 1-2"},
                    Case{"[a]b", "literals ab"}, Case{"a|\\n", "literals a"},
                    Case{"\\Q.*\\E", "literals .*"}));

INSTANTIATE_TEST_SUITE_P(LiteralAtTheStart, SelectionOf,
                         testing::Values(Case{"^foo", "literals ^foo"},
                                         Case{"^foo.*", "literals ^foo"},
                                         Case{"^a|b", "literals ^a b"}, Case{"\\Aa", "literals ^a"},
                                         Case{"(^a)", "literals ^a"}, Case{"^.*^a", "literals ^a"},
                                         Case{"(?i)^ab", "literals ^ab/i"},
                                         Case{"^a$", "regex ^a$"},
                                         Case{"(?:^a)b", "literals ^ab"}));

INSTANTIATE_TEST_SUITE_P(All, SelectionOf,
                         testing::Values(Case{"", "all"}, Case{"a*", "all"}, Case{"a?b*", "all"},
                                         Case{"a|", "all"}, Case{"^", "all"}, Case{"$", "all"},
                                         Case{"(^)", "all"}, Case{".*", "all"},
                                         Case{"(a*)?", "all"}, Case{"^.*", "all"},
                                         Case{".*$", "all"}, Case{"^.*$", "all"},
                                         Case{"\\n*", "all"}));

INSTANTIATE_TEST_SUITE_P(None, SelectionOf,
                         testing::Values(Case{"\\n", "none"}, Case{"a\\nb", "none"},
                                         Case{"\\n+", "none"}, Case{"[\\n]|a\\n", "none"},
                                         Case{"(\\n)", "none"}));

INSTANTIATE_TEST_SUITE_P(
    Regex, SelectionOf,
    testing::Values(
        Case{"[a-z]+bot", "regex [a-z]bot"}, Case{"^$", "regex ^$"}, Case{"^[ab]", "regex ^[ab]"},
        Case{"a$", "regex a$"}, Case{"\\s", "regex [\\x09\\x0b-\\x0d\\x20]"},
        Case{"[^a]", "regex [\\x00-\\x09\\x0b-\\x60b-\\xff]"}, Case{"(?s)a.b", "regex a.b"},
        Case{"a.*b", "regex a.*b"}, Case{"a.{2,}b", "regex a.{2,}b"}, Case{"^a.*b", "regex ^a.*b"},
        Case{"ab|[cd]e", "regex ab|[cd]e"}, Case{"(?:ab)+c", "regex (?:ab)c"},
        Case{"(ab)+", "literals ab"}, Case{"\\b-\\b", "regex \\b\\x2d\\b"},
        Case{"a(?i)b", "regex a[Bb]"}, Case{"a\\n*b", "regex ab"},
        Case{"a(\\n|b)c", "regex a(?:[^\\x00-\\xff]|b)c"}, Case{"^.*^[ab]", "regex ^[ab]"},
        Case{"(\\d{3})", "regex [0-9]{3}"}, Case{"\\d{3,5}", "regex [0-9]{3}"}));

INSTANTIATE_TEST_SUITE_P(Confirmed, SelectionOf,
                         testing::Values(Case{"\\p{L}", "candidates \\p{L}"},
                                         Case{"a\\PL+b", "candidates a\\PL+b"},
                                         Case{"(?i)a\\pL", "candidates [Aa](?i:\\pL)"}));

// Each candidate must be confirmed, but what is here is left of the pattern.
INSTANTIATE_TEST_SUITE_P(
    Widened, SelectionOf,
    testing::Values(Case{"(?!a)bc", "may literals bc"}, Case{"bc(?<!a)", "may literals bc"},
                    Case{"a(?=b)c", "may literals ac"}, Case{"a(?<=b)c", "may literals ac"},
                    Case{"(a)\\1b", "candidates a.*b"}, Case{"(?>ab)", "may literals ab"},
                    Case{"ab++c", "candidates ab+c"}, Case{"\\Gab", "may literals ab"},
                    Case{"a(?R)?b", "candidates a.*b"}, Case{"(?(?=a)a|b)", "may all"},
                    Case{"a\\X", "may literals a"}, Case{"(a)(?(1)b|c)d", "candidates a.*d"},
                    Case{"(*F)", "may all"}, Case{"a(*SKIP)b", "may literals ab"}));

// At the outer end of a pattern, what a look-around holds is as good as a part of the match.
INSTANTIATE_TEST_SUITE_P(
    OuterLookAround, SelectionOf,
    testing::Values(
        Case{"(?<=a)b", "literals ab"}, Case{"a(?=b)", "literals ab"},
        Case{"(?<=a)b(?=c)|d(?=e)", "literals abc de"}, Case{"(?<=a|bc)d", "regex (?:a|bc)d"},
        Case{"a(?=.*b)", "regex a.*b"}, Case{"(?<=a){2}b", "literals ab"},
        Case{"(?<=a)*b", "literals b"}, Case{"(?<=^a)b", "literals ^ab"},
        Case{"a\\Kb", "literals ab"}, Case{"(?=a)", "literals a"},
        Case{"(?:(?<=a)b)", "may literals b"}, Case{"a(?=b)$", "candidates a$"},
        Case{"(?<!\\w)a(?!\\w)",
             "regex (?:^|[\\x00-\\x09\\x0b-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\xff])a"
             "(?:$|[\\x00-\\x09\\x0b-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\xff])"}));

TEST(Selection, UnsupportedIsUnimplemented) {
  for (const char* pattern : {"a(*ACCEPT)b", "(*UTF)a", "(?xx)[a b]", "[[:<:]]a", "(*pla:a)"}) {
    EXPECT_EQ(
        bigscan::SelectionOf({.text = pattern}, {.delimiter = '\n', .crlf = false}).status().code(),
        absl::StatusCode::kUnimplemented)
        << pattern;
  }
  EXPECT_EQ(bigscan::SelectionOf({.text = "a", .fixed = true, .caseless = true, .unicode = true},
                                 {.delimiter = '\n', .crlf = false})
                .status()
                .code(),
            absl::StatusCode::kUnimplemented);
}

std::string Select(const Pattern& pattern, char delimiter = '\n', bool crlf = false) {
  const absl::StatusOr<Selection> selection =
      bigscan::SelectionOf(pattern, {.delimiter = delimiter, .crlf = crlf});
  return selection.ok() ? Spell(*selection) : std::string(selection.status().message());
}

// Hyperscan takes no `{0}`.
TEST(Selection, RepeatOfNoTimesIsLeftOut) {
  EXPECT_EQ(Select({.text = "a[bc]{0}d"}), "literals ad");
}

TEST(Selection, CaselessFlag) {
  EXPECT_EQ(Select({.text = "Ab", .caseless = true}), "literals ab/i");
}

TEST(Selection, DelimiterOtherThanNewline) {
  EXPECT_EQ(Select({.text = "\\x00"}, '\0'), "none");
  EXPECT_EQ(Select({.text = "\\n"}, '\0'), "literals \n");
  EXPECT_EQ(Select({.text = "[^a]b"}, '\0'), "regex [\\x01-\\x60b-\\xff]b");
  EXPECT_EQ(Select({.text = "^ab"}, '\0'), "literals ^ab");
}

// Hyperscan knows no edges but those of lines.
TEST(Selection, RegexLosesItsEdgesWithAnotherDelimiter) {
  const Selection selection =
      bigscan::SelectionOf({.text = "^[ab]c$"}, {.delimiter = '\0', .crlf = false}).value();
  EXPECT_EQ(selection.regex, "[ab]c");
  EXPECT_TRUE(selection.exact);
  EXPECT_FALSE(selection.regex_exact);
  EXPECT_TRUE(bigscan::SelectionOf({.text = "[ab]c"}, {.delimiter = '\0', .crlf = false})
                  .value()
                  .regex_exact);
}

TEST(Selection, EdgesOfLinesWithinARecordAreWidened) {
  EXPECT_EQ(Select({.text = "(?m)^ab$"}, '\0'), "may literals ab");
  EXPECT_EQ(Select({.text = "ab\\Z"}, '\0'), "may literals ab");
  EXPECT_EQ(Select({.text = "(?m)^ab"}, '\n'), "literals ^ab");
}

TEST(Selection, FixedString) {
  EXPECT_EQ(Select({.text = "a.*", .fixed = true}), "literals a.*");
  EXPECT_EQ(Select({.text = "Ab", .fixed = true, .caseless = true}), "literals ab/i");
  EXPECT_EQ(Select({.text = "", .fixed = true}), "all");
  EXPECT_EQ(Select({.text = "a\nb", .fixed = true}), "none");
  EXPECT_EQ(Select({.text = "a\nb", .fixed = true}, '\0'), "literals a\nb");
  EXPECT_EQ(Select({.text = "\xc3\xa4", .fixed = true, .unicode = true}), "literals \xc3\xa4");
}

TEST(Selection, WholeRecord) {
  EXPECT_EQ(Select({.text = "ab", .whole_record = true}), "regex ^ab$");
  EXPECT_EQ(Select({.text = "a|b", .whole_record = true}), "regex ^(?:a|b)$");
  EXPECT_EQ(Select({.text = "a*", .whole_record = true}), "regex ^a*$");
  EXPECT_EQ(Select({.text = ".*", .whole_record = true}), "all");
  EXPECT_EQ(Select({.text = "a.*", .fixed = true, .whole_record = true}), "regex ^a\\x2e\\x2a$");
}

TEST(Selection, WholeWord) {
  EXPECT_EQ(Select({.text = "a", .whole_word = true}), Select({.text = "(?<!\\w)a(?!\\w)"}));
  EXPECT_EQ(Select({.text = "\\ba\\b"}), Select({.text = "a", .whole_word = true}));
  EXPECT_EQ(Select({.text = "a", .whole_word = true, .unicode = true}), "may literals a");
}

// A match may not begin at a byte that is no character.
TEST(Selection, UnicodeBehindALookBehindIsConfirmed) {
  EXPECT_EQ(Select({.text = "(?<=a)b*", .unicode = true}), "may literals a");
  EXPECT_EQ(Select({.text = "(?<=a)b*"}), "literals a");
}

TEST(Selection, RecordThatMayEndWithACarriageReturn) {
  EXPECT_EQ(Select({.text = "a$"}, '\n', true), "candidates a\\x0d?$");
  EXPECT_EQ(Select({.text = "ab"}, '\n', true), "literals ab");
  EXPECT_EQ(Select({.text = "\\r"}, '\n', true), "may literals \r");
  EXPECT_EQ(Select({.text = "a.b"}, '\n', true), "candidates a.b");
  EXPECT_EQ(Select({.text = "a\\B"}, '\n', true), "regex a\\B");
  EXPECT_EQ(Select({.text = "\\B"}, '\n', true), "candidates \\B") << "also behind the CR";
}

TEST(Selection, NeedlesAreOfWhatIsScannedFor) {
  const auto needles = [](const char* pattern) {
    return bigscan::SelectionOf({.text = pattern}, {.delimiter = '\n', .crlf = false})
        .value()
        .needles;
  };
  ASSERT_EQ(needles("(?!x)abc").size(), 1u);
  EXPECT_EQ(needles("(?!x)abc")[0][0].sets.size(), 3u);
  EXPECT_EQ(needles("abc.*de").size(), 2u) << "either will do";
  EXPECT_TRUE(needles("a*").empty());
}

// --- Sizes ---

TEST(Selection, ThousandsOfAlternativesAndOfBytes) {
  std::string alternatives = "a$";
  for (int i = 0; i < 10'000; ++i) absl::StrAppend(&alternatives, "|b", i, "$");
  EXPECT_TRUE(bigscan::SelectionOf({.text = alternatives}, {.delimiter = '\n', .crlf = true}).ok());
  EXPECT_EQ(
      bigscan::SelectionOf({.text = std::string(60'000, 'a')}, {.delimiter = '\n', .crlf = false})
          .value()
          .literals[0]
          .bytes.size(),
      60'000u);
}

// As deep as PCRE2 takes it.
TEST(Selection, NestedGroups) {
  for (const char* open : {"(", "(?:", "(?=", "(?>", "(b|", "(?:b?"}) {
    std::string pattern;
    for (int i = 0; i < 249; ++i) pattern += open;
    absl::StrAppend(&pattern, "a", std::string(249, ')'));
    ASSERT_TRUE(RecordMatcher::Compile({.text = pattern}).ok()) << open;
    EXPECT_TRUE(bigscan::SelectionOf({.text = pattern}, {.delimiter = '\n', .crlf = false}).ok())
        << open;
  }
}

}  // namespace
}  // namespace bigscan
