#include "lib/selection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

// "all", "none", "literals a ^b B/i", "regex x" or, when matches must be confirmed, "candidates x".
std::string Spell(const Selection& selection) {
  std::string text;
  switch (selection.kind) {
    case Selection::Kind::kAll:
      return "all";
    case Selection::Kind::kNone:
      return "none";
    case Selection::Kind::kRegex:
      return absl::StrCat(selection.exact ? "regex " : "candidates ", selection.regex);
    case Selection::Kind::kLiterals:
      text = "literals";
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
  const absl::StatusOr<Selection> selection = SelectionOfRegex(GetParam().pattern, false, '\n');
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
                                         Case{"(?:^a)b", "regex (?:^a)b"}));

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
        Case{"(ab)+", "literals ab"}, Case{"\\bfoo\\b", "regex \\bfoo\\b"},
        Case{"a(?i)b", "regex a[Bb]"}, Case{"a\\n*b", "regex ab"},
        Case{"a(\\n|b)c", "regex a(?:[^\\x00-\\xff]|b)c"}, Case{"^.*^[ab]", "regex ^[ab]"},
        Case{"(\\d{3})", "regex [0-9]{3}"}, Case{"\\d{3,5}", "regex [0-9]{3}"}));

INSTANTIATE_TEST_SUITE_P(Confirmed, SelectionOf,
                         testing::Values(Case{"\\p{L}", "candidates \\p{L}"},
                                         Case{"a\\PL+b", "candidates a\\PL+b"},
                                         Case{"(?i)a\\pL", "candidates [Aa](?i:\\pL)"}));

TEST(Selection, UnsupportedIsUnimplemented) {
  for (const char* pattern :
       {"a(?=b)", "(?<!a)b", "(a)\\1", "(?>a)", "a++", "a(?R)?b", "a\\Kb", "\\Ga", "\\X"}) {
    EXPECT_EQ(SelectionOfRegex(pattern, false, '\n').status().code(),
              absl::StatusCode::kUnimplemented)
        << pattern;
  }
}

// Hyperscan takes no `{0}`.
TEST(Selection, RepeatOfNoTimesIsLeftOut) {
  EXPECT_EQ(Spell(SelectionOfRegex("a[bc]{0}d", false, '\n').value()), "literals ad");
}

TEST(Selection, CaselessFlag) {
  EXPECT_EQ(Spell(SelectionOfRegex("Ab", true, '\n').value()), "literals ab/i");
}

TEST(Selection, DelimiterOtherThanNewline) {
  EXPECT_EQ(Spell(SelectionOfRegex("\\x00", false, '\0').value()), "none");
  EXPECT_EQ(Spell(SelectionOfRegex("\\n", false, '\0').value()), "literals \n");
}

TEST(Selection, FixedString) {
  EXPECT_EQ(Spell(SelectionOfLiteral("a.*", false, '\n')), "literals a.*");
  EXPECT_EQ(Spell(SelectionOfLiteral("Ab", true, '\n')), "literals Ab/i");
  EXPECT_EQ(Spell(SelectionOfLiteral("", false, '\n')), "all");
  EXPECT_EQ(Spell(SelectionOfLiteral("a\nb", false, '\n')), "none");
  EXPECT_EQ(Spell(SelectionOfLiteral("a\nb", false, '\0')), "literals a\nb");
}

// --- Random patterns against PCRE2 ---

// Writes patterns that most regex libraries take, with every construct that a selection rewrites.
class PatternWriter {
 public:
  static constexpr int kDepth = 2;

  PatternWriter(Random* random, bool opaque) : random_(*random), opaque_(opaque) {}

  std::string Alternation(int depth = kDepth) {
    std::string pattern = Sequence(depth);
    while (Pick(&random_, 4) == 0) absl::StrAppend(&pattern, "|", Sequence(depth));
    return pattern;
  }

 private:
  std::string Sequence(int depth) {
    std::string pattern;
    // Hyperscan takes no anchors but at the ends of the pattern.
    const bool outermost = depth == kDepth;
    if (outermost && Pick(&random_, 4) == 0) pattern += OneOf({"^", "\\A", "^.*", "\\b", "\\A.*?"});
    for (uint64_t items = Pick(&random_, 5); items > 0; --items) pattern += Item(depth);
    if (outermost && Pick(&random_, 4) == 0) pattern += OneOf({"$", "\\z", "\\Z", ".*$", "\\B"});
    return pattern;
  }

  std::string Item(int depth) {
    std::string item;
    if (depth > 0 && Pick(&random_, 5) == 0) {
      item = absl::StrCat(OneOf({"(", "(?:", "(?i:", "(?s:", "(?<n1>", "(?x: ", "(?|"}),
                          Alternation(depth - 1), ")");
      if (item.substr(0, 5) == "(?<n1") item.replace(3, 2, absl::StrCat("n", ++names_));
    } else if (Pick(&random_, 12) == 0) {
      return OneOf({"\\b", "\\B", "(?i)", "(?-i)", "(?s)", "(?#c)"});
    } else if (opaque_ && Pick(&random_, 3) == 0) {
      item = OneOf({"\\p{L}", "\\PL", "\\p{Nd}", "\\p{Lu}", "\\P{Ll}", "\\p{Z}", "\\p{Cc}"});
    } else {
      item = OneOf({"a",      "b",        "A",      "1",           ".",     "\\s",
                    "\\S",    "\\w",      "\\W",    "\\d",         "\\D",   "[ab]",
                    "[^a]",   "[^a\\n]",  "\\n",    "[\\n1]",      "\\x61", "[[:^upper:]]",
                    "[^b-z]", "\\Qab\\E", "[a\\s]", "[[:lower:]]", "\xe4",  "\\x00",
                    "\\h",    "\\V",      "_"});
    }
    if (Pick(&random_, 3) == 0) {
      item += OneOf({"*", "+", "?", "{2}", "{0,1}", "{1,}", "{0,}", "{1,3}", "*?", "+?"});
    }
    return item;
  }

  std::string OneOf(std::vector<std::string> choices) {
    return choices[Pick(&random_, choices.size())];
  }

  Random& random_;
  const bool opaque_;
  int names_ = 0;
};

class RandomPatterns : public testing::TestWithParam<bool> {};

TEST_P(RandomPatterns, SelectWhatPcre2Selects) {
  constexpr int kPatterns = 3000;
  int refused = 0;
  for (uint64_t seed = 0; seed < kPatterns && !HasFailure(); ++seed) {
    Random random(seed);
    const Pattern pattern{.text = PatternWriter(&random, GetParam()).Alternation(),
                          .caseless = Pick(&random, 5) == 0};
    const std::string text =
        RandomText(&random, absl::string_view("aabbA1_ \t\n\n\n\0\xe4", 14), 200);
    const auto plan = ScanPlan::Compile(std::vector<Pattern>{pattern}, '\n');
    if (!plan.ok()) {  // Hyperscan does not take all that PCRE2 takes
      ++refused;
      continue;
    }
    const auto expected = TryNaiveSelected({pattern}, text);
    if (!expected.ok()) continue;  // beyond PCRE2's match limit
    EXPECT_EQ(PlanSelected(**plan, text), *expected)
        << "seed " << seed << ", pattern " << testing::PrintToString(pattern.text)
        << (pattern.caseless ? " caseless" : "") << ", plan " << std::string((*plan)->name());
  }
  EXPECT_LT(refused, kPatterns / 20);
}

INSTANTIATE_TEST_SUITE_P(Grammar, RandomPatterns, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Opaque" : "Plain"; });

}  // namespace
}  // namespace bigscan
