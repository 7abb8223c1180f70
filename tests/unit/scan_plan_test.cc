#include "lib/scan_plan.h"

#include <gtest/gtest.h>
#include <string.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

std::string PlanName(const std::vector<Pattern>& patterns) {
  const auto plan = ScanPlan::Compile(patterns, {});
  return plan.ok() ? std::string((*plan)->name()) : std::string(plan.status().message());
}

TEST(ScanPlan, NoPatternsSelectNothing) { EXPECT_EQ(PlanName({}), "none"); }

TEST(ScanPlan, PatternsThatNeverMatch) {
  EXPECT_EQ(PlanName(Regexes({"\\n", "a\\nb"})), "none");
  EXPECT_EQ(PlanName({{.text = "a\nb", .fixed = true}}), "none");
}

TEST(ScanPlan, PatternThatSelectsAllDecides) {
  EXPECT_EQ(PlanName(Regexes({"foo", "a*", "[ab]c"})), "all");
}

TEST(ScanPlan, FixedStringsAndRegexesThatComeDownToThem) {
  EXPECT_EQ(PlanName({{.text = "a.*", .fixed = true}, {.text = "b.*"}, {.text = "c|d"}}),
            "literal");
}

TEST(ScanPlan, OneRegexMakesThePlanDirect) {
  EXPECT_EQ(PlanName(Regexes({"a", "[bc]d"})), "direct");
}

TEST(ScanPlan, SyntaxThatOnlyTheLibrariesKnowIsConfirmed) {
  EXPECT_EQ(PlanName(Regexes({"[\\Qa-\\E]b", "c"})), "literal+records");
}

struct Set {
  const char* name;
  std::vector<Pattern> patterns;
};

void PrintTo(const Set& set, std::ostream* out) { *out << set.name; }

class ScanPlanSelects : public testing::TestWithParam<Set> {};

TEST_P(ScanPlanSelects, WhatPcre2Selects) {
  const auto plan = ScanPlan::Compile(GetParam().patterns, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    const std::string text = RandomText(&random, "aabbccdd,,.-*xX \n\n\n\xe4\xc4", 3000);
    for (bool invert : {false, true}) {
      ASSERT_EQ(PlanSelected(**plan, text, invert),
                NaiveSelected(GetParam().patterns, text, {}, invert))
          << "seed " << seed << ", invert " << invert << ", plan " << std::string((*plan)->name());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sets, ScanPlanSelects,
    testing::Values(
        Set{"All", Regexes({"a", ""})}, Set{"None", Regexes({"\\n"})}, Set{"Empty", {}},
        Set{"OneLiteral", Regexes({"ab"})}, Set{"Literals", Regexes({"ab", "cd", "b"})},
        Set{"CaselessLiteral", {{.text = "xX", .fixed = true, .caseless = true}}},
        Set{"LiteralOfSyntax", {{.text = ".*", .fixed = true}}},
        Set{"CaselessAndCased", {{.text = "ax", .caseless = true}, {.text = "b"}}},
        Set{"NeverMatchingAmongRegexes", Regexes({"[ab]c", "a(\\n|\\n)b", "c[da]"})},
        Set{"LiteralAmongRegexes",
            {{.text = "[ab]c"}, {.text = ",.", .fixed = true}, {.text = "xd", .caseless = true}}},
        Set{"LiteralAtTheStart", Regexes({"^ab"})},
        Set{"CaselessLiteralAtTheStart", Regexes({"(?i)^aX"})},
        Set{"LiteralsAtTheStartAndElsewhere", Regexes({"^ab|,", "xX", "^c"})},
        Set{"LiteralAtTheStartAmongRegexes", Regexes({"^ab", "[bc]d"})},
        Set{"LiteralAtTheStartConfirmed", Regexes({"^ab", "[\\Qa-\\E]b"})},
        Set{"EmptyRecords", Regexes({"^$"})}, Set{"Anchors", Regexes({"^a|b$"})},
        Set{"AnchorsInGroups", Regexes({"(^|,)a(,|$)"})},
        Set{"RepeatedAnchor", Regexes({"(^a|b)+c"})},
        Set{"WordBoundaries", Regexes({"\\ba\\b", "\\Bb\\B"})},
        Set{"NotNewline", Regexes({"a[^b]c"})}, Set{"Space", Regexes({"a\\s+b"})},
        Set{"NotSpaceToTheEnd", Regexes({"\\S\\W$"})}, Set{"Opaque", Regexes({"a\\p{L}c"})},
        Set{"OpaqueNegated", Regexes({"a\\PLb"})},
        Set{"OpaqueRepeated", Regexes({"^\\p{Lu}*\\PL+x"})},
        Set{"OpaqueHighBytes", Regexes({"\\p{Lu}\\p{Ll}"})},
        Set{"OpaqueAmongOthers",
            {{.text = "a\\p{L}c"}, {.text = "[bc]d"}, {.text = "x", .fixed = true}}},
        Set{"Confirm", Regexes({"[\\Qa-\\E]b"})},
        Set{"ConfirmWithFixed",
            {{.text = "[\\Qa-\\E]b"},
             {.text = ".*", .fixed = true},
             {.text = "xX", .fixed = true, .caseless = true},
             {.text = "cd|dc"}}}),
    [](const auto& info) { return info.param.name; });

TEST(ScanPlan, ManyLiterals) {
  std::vector<Pattern> patterns;
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    patterns.push_back({.text = RandomText(&random, "abcdefgh", 5), .fixed = true});
  }
  const auto plan = ScanPlan::Compile(patterns, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const std::string text = RandomText(&random, "abcdefgh\n", 3000);
  EXPECT_EQ(PlanSelected(**plan, text), NaiveSelected(patterns, text));
}

TEST(ScanPlan, LiteralsMayHoldAnyByteButTheDelimiter) {
  const std::vector<Pattern> patterns = {{.text = std::string("\0\xff", 2), .fixed = true}};
  const auto plan = ScanPlan::Compile(patterns, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const std::string text("a\0\xff\nb\0\n\xff\n", 9);
  EXPECT_EQ(PlanSelected(**plan, text), NaiveSelected(patterns, text));
}

// --- Errors ---

TEST(ScanPlanError, NamesThePattern) {
  const auto plan = ScanPlan::Compile(Regexes({"a", "b(c"}), {});
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(plan.status().message(), "invalid pattern 'b(c': "))
      << plan.status();
}

TEST(ScanPlanError, GivesAReason) {
  for (const char* pattern :
       {"(", "a)", "[a", "*", "a{3,2}", "\\", "(?<=a", "[[:foo:]]", "\\p{Foo}", "(?<n>a)(?<n>b)"}) {
    const auto plan = ScanPlan::Compile(Regexes({pattern}), {});
    ASSERT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument) << pattern;
    EXPECT_GT(plan.status().message().size(),
              std::string("invalid pattern '': ").size() + strlen(pattern))
        << plan.status();
  }
}

TEST(ScanPlanError, OfAPatternThatComesDownToALiteralIsFound) {
  // A name used twice.
  EXPECT_FALSE(ScanPlan::Compile(Regexes({"(?<n>a)(?<n>b)"}), {}).ok());
}

TEST(ScanPlanError, OfOneAmongPatternsThatSelectAll) {
  EXPECT_FALSE(ScanPlan::Compile(Regexes({"", "("}), {}).ok());
  EXPECT_FALSE(ScanPlan::Compile(Regexes({"(", ""}), {}).ok());
}

// Each is valid, and PCRE2 looks at each record, or at candidates, where Hyperscan can not decide.
TEST(ScanPlan, ValidPatternsThatHyperscanDoesNotTake) {
  for (const char* pattern : {"x(^a|c)d", "x(|$)c", "xc\\N{1}", "x(?|^a|c)d", "a(*ACCEPT)b"}) {
    EXPECT_EQ(PlanName(Regexes({pattern})), "records") << pattern;
  }
  for (const char* pattern : {"(a)\\1", "(?>a)", "a(?!b)", "(?<!b)a"}) {
    EXPECT_EQ(PlanName(Regexes({pattern})), "literal+confirm") << pattern;
  }
  for (const char* pattern : {"(a).\\1", "[ab]++c"}) {
    EXPECT_TRUE(absl::EndsWith(PlanName(Regexes({pattern})), "+confirm")) << pattern;
  }
  EXPECT_EQ(PlanName(Regexes({"(?<=a)b"})), "literal");
}

std::string ForcedName(PlanOptions::Force force, const std::string& regex) {
  return ScanPlan::Compile(Regexes({regex}), {.force = force}).value()->name();
}

TEST(ScanPlan, ForcedWay) {
  using Force = PlanOptions::Force;
  const std::string regex = "abcde[fg]h.*i";
  EXPECT_TRUE(absl::StartsWith(ForcedName(Force::kNone, regex), "direct"));
  EXPECT_EQ(ForcedName(Force::kDirect, regex), "direct");
  const std::string filtered = ForcedName(Force::kFiltered, regex);
  EXPECT_TRUE(filtered == "filtered" || filtered == "direct") << filtered;  // without AVX2
  EXPECT_TRUE(absl::EndsWith(ForcedName(Force::kConfirm, regex), "+confirm"));
  EXPECT_EQ(ForcedName(Force::kRecords, regex), "records");
}

// Perl's matcher decides on regexes, but a fixed string is none.
TEST(ScanPlan, PcreConfirmsWhateverIsFound) {
  EXPECT_EQ(ScanPlan::Compile(Regexes({"abc"}), {.pcre = true}).value()->name(), "literal+confirm");
  EXPECT_EQ(ScanPlan::Compile(FixedStrings({"abc"}), {.pcre = true}).value()->name(), "literal");
}

TEST(ScanPlan, PatternsThatAreToldDoNotDisappearInOneThatSelectsAll) {
  const auto plan = ScanPlan::Compile(Regexes({"a", "", "b"}), {.tell_patterns = true}).value();
  EXPECT_EQ(plan->kind(), ScanPlan::Kind::kScan);
  ASSERT_EQ(plan->all_patterns().size(), 1u);
  EXPECT_EQ(plan->all_patterns()[0], 1u);
}

std::vector<std::string> Numbered(absl::string_view prefix, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(absl::StrCat(prefix, i));
  return texts;
}

TEST(ScanPlan, ManyLiteralsAreSearchedForByTheirGrams) {
  EXPECT_EQ(PlanName(FixedStrings(Numbered("literal", 199))), "literal");
  EXPECT_EQ(PlanName(FixedStrings(Numbered("literal", 300))), "literal|grams");
  std::vector<Pattern> patterns = FixedStrings(Numbered("literal", 3000));
  EXPECT_EQ(PlanName(patterns), "grams");
  for (const Pattern& other : {Pattern{.text = "abcd", .fixed = true}, Pattern{.text = "^abcde"}}) {
    patterns.push_back(other);
    EXPECT_EQ(PlanName(patterns), "grams+literal") << other.text;
    patterns.pop_back();
  }
}

// Equal ones, short ones, some within others, some at the start only; by one pass and another.
TEST(ScanPlan, ManyLiteralsSelectWhatPcre2Selects) {
  for (bool caseless : {false, true}) {
    for (int count : {250, 600}) {
      std::vector<Pattern> patterns = FixedStrings(Numbered("ab,x", count));
      for (const char* text : {"abcd", ",,,,,", "bxxbx1", "bxxbx1", "ab,x10\n"}) {
        patterns.push_back({.text = text, .fixed = true});
      }
      patterns.push_back({.text = "^ab,x7"});
      for (Pattern& pattern : patterns) pattern.caseless = caseless;
      for (bool tell : {false, true}) {
        const PlanOptions options{.tell_patterns = tell};
        const auto plan = ScanPlan::Compile(patterns, options).value();
        ASSERT_TRUE(absl::StrContains(plan->name(), "grams")) << plan->name();
        Random random(count);
        std::string text = RandomText(&random, "ab,xX1\n", 3000);
        for (int i = 0; i < 300; ++i) {
          absl::StrAppend(&text, Pick(&random, 2) == 0 ? "ab,x" : "AB,X", Pick(&random, 2 * count),
                          RandomText(&random, "a1,\n\n", Pick(&random, 9)));
        }
        for (bool invert : {false, true}) {
          ASSERT_EQ(PlanSelected(*plan, text, invert),
                    NaiveSelected(patterns, text, options, invert))
              << count << " " << caseless << tell << invert;
        }
      }
    }
  }
}

// Many literals get a pass of their own; a few share that of the regexes.
TEST(ScanPlan, Passes) {
  std::vector<Pattern> patterns = Regexes({"[ab]c", "d\\1(e)", "[\\Qa-\\E]b"});
  for (int i = 0; i < 64; ++i) patterns.push_back({.text = absl::StrCat("l", i), .fixed = true});
  EXPECT_EQ(ScanPlan::Compile(patterns, {}).value()->passes().size(), 1u);
  patterns.push_back({.text = "another", .fixed = true});
  const auto plan = ScanPlan::Compile(patterns, {}).value();
  EXPECT_EQ(plan->passes().size(), 2u);
  EXPECT_EQ(plan->record_terms().size(), 1u);
}

// --- Sizes: none of these takes long, or much of the stack ---

TEST(ScanPlan, DeepNestingIsPcre2sToRefuse) {
  for (const char* open : {"(", "(?=", "(?>", "(?(?="}) {
    std::string pattern;
    for (int i = 0; i < 100'000; ++i) pattern += open;
    EXPECT_EQ(ScanPlan::Compile(Regexes({pattern}), {}).status().code(),
              absl::StatusCode::kInvalidArgument);
    pattern += absl::StrCat("a", std::string(100'000, ')'));
    EXPECT_EQ(ScanPlan::Compile(Regexes({pattern}), {}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(ScanPlan, ManyRegexesThatHyperscanRefuses) {
  std::vector<Pattern> patterns;
  for (int i = 0; i < 1000; ++i) patterns.push_back({.text = absl::StrCat("[ab]", i, ".*c")});
  for (int i = 0; i < 1000; ++i) patterns.push_back({.text = absl::StrCat("x(^a|", i, ")d")});
  const auto plan = ScanPlan::Compile(patterns, {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(PlanSelected(**plan, "a5c\nx7d\nx7\nb\n").records,
            (std::vector<std::string>{"a5c\n", "x7d\n"}));
}

// Longer than Hyperscan takes it.
TEST(ScanPlan, LongPattern) {
  const std::string text(30'000, 'a');
  for (bool whole_record : {false, true}) {
    for (bool fixed : {false, true}) {
      const auto plan = ScanPlan::Compile(
          std::vector<Pattern>{{.text = text, .fixed = fixed, .whole_record = whole_record}}, {});
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_EQ(PlanSelected(**plan, text + "\n" + text.substr(1) + "\n").records.size(), 1u);
    }
  }
}

// Longer than PCRE2 takes it, too.
TEST(ScanPlanError, TooLongPattern) {
  for (bool whole_record : {false, true}) {
    for (bool fixed : {false, true}) {
      const std::vector<Pattern> patterns = {
          {.text = std::string(200'000, 'a'), .fixed = fixed, .whole_record = whole_record},
          {.text = "[ab]c"}};
      const auto plan = ScanPlan::Compile(patterns, {});
      EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

// A repeat of no times is valid PCRE, and is so without it.
TEST(ScanPlan, RepeatOfNoTimes) { EXPECT_EQ(PlanName(Regexes({"a[bc]{0}[de]"})), "direct"); }

}  // namespace
}  // namespace bigscan
