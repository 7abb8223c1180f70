#include "lib/scan_plan.h"

#include <gtest/gtest.h>
#include <string.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

std::string PlanName(const std::vector<Pattern>& patterns) {
  const auto plan = ScanPlan::Compile(patterns, '\n');
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
  EXPECT_EQ(PlanName(Regexes({"[\\Qa-\\E]b", "c"})), "confirm");
}

struct Set {
  const char* name;
  std::vector<Pattern> patterns;
};

void PrintTo(const Set& set, std::ostream* out) { *out << set.name; }

class ScanPlanSelects : public testing::TestWithParam<Set> {};

TEST_P(ScanPlanSelects, WhatPcre2Selects) {
  const auto plan = ScanPlan::Compile(GetParam().patterns, '\n');
  ASSERT_TRUE(plan.ok()) << plan.status();
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    const std::string text = RandomText(&random, "aabbccdd,,.-*xX \n\n\n\xe4\xc4", 3000);
    for (bool invert : {false, true}) {
      ASSERT_EQ(PlanSelected(**plan, text, invert),
                NaiveSelected(GetParam().patterns, text, invert))
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
  const auto plan = ScanPlan::Compile(patterns, '\n');
  ASSERT_TRUE(plan.ok()) << plan.status();
  const std::string text = RandomText(&random, "abcdefgh\n", 3000);
  EXPECT_EQ(PlanSelected(**plan, text), NaiveSelected(patterns, text));
}

TEST(ScanPlan, LiteralsMayHoldAnyByteButTheDelimiter) {
  const std::vector<Pattern> patterns = {{.text = std::string("\0\xff", 2), .fixed = true}};
  const auto plan = ScanPlan::Compile(patterns, '\n');
  ASSERT_TRUE(plan.ok()) << plan.status();
  const std::string text("a\0\xff\nb\0\n\xff\n", 9);
  EXPECT_EQ(PlanSelected(**plan, text), NaiveSelected(patterns, text));
}

// --- Errors ---

TEST(ScanPlanError, NamesThePattern) {
  const auto plan = ScanPlan::Compile(Regexes({"a", "b(c"}), '\n');
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(plan.status().message(), "invalid pattern 'b(c': "))
      << plan.status();
}

TEST(ScanPlanError, GivesAReason) {
  for (const char* pattern :
       {"(", "a)", "[a", "*", "a{3,2}", "\\", "(?<=a", "[[:foo:]]", "\\p{Foo}", "(?<n>a)(?<n>b)"}) {
    const auto plan = ScanPlan::Compile(Regexes({pattern}), '\n');
    ASSERT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument) << pattern;
    EXPECT_GT(plan.status().message().size(),
              std::string("invalid pattern '': ").size() + strlen(pattern))
        << plan.status();
  }
}

TEST(ScanPlanError, OfAPatternThatComesDownToALiteralIsFound) {
  // A name used twice.
  EXPECT_FALSE(ScanPlan::Compile(Regexes({"(?<n>a)(?<n>b)"}), '\n').ok());
}

TEST(ScanPlanError, OfOneAmongPatternsThatSelectAll) {
  EXPECT_FALSE(ScanPlan::Compile(Regexes({"", "("}), '\n').ok());
  EXPECT_FALSE(ScanPlan::Compile(Regexes({"(", ""}), '\n').ok());
}

// Each is valid, and PCRE2 confirms it where Hyperscan can not.
TEST(ScanPlan, ValidPatternsThatHyperscanDoesNotTakeAreConfirmed) {
  for (const char* pattern :
       {"x(^a|c)d", "x(|$)c", "xc\\N{1}", "(?<=a)b", "(a)\\1", "(?>a)", "a++b", "x(?|^a|c)d"}) {
    EXPECT_EQ(PlanName(Regexes({pattern})), "confirm");
  }
}

// A repeat of no times is valid PCRE, and is so without it.
TEST(ScanPlan, RepeatOfNoTimes) { EXPECT_EQ(PlanName(Regexes({"a[bc]{0}[de]"})), "direct"); }

}  // namespace
}  // namespace bigscan
