#include "lib/regex_branches.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

std::vector<RegexToken> Tokens(absl::string_view pattern) {
  return ParseRegex(pattern, {}).value();
}

std::string Regex(absl::string_view pattern, char delimiter = '\n') {
  const std::vector<RegexToken> tokens = Tokens(pattern);
  return ToRegex(SplitBranches(tokens), delimiter);
}

TEST(RegexBranches, AlternativesOfTheOutermostLevel) {
  const std::vector<RegexToken> tokens = Tokens("a(b|c)|d|");
  const std::vector<RegexBranch> branches = SplitBranches(tokens);
  ASSERT_EQ(branches.size(), 3u);
  ASSERT_EQ(branches[0].size(), 2u);
  EXPECT_TRUE(branches[0][0].is_single_set());
  EXPECT_TRUE(branches[0][1].is_group());
  EXPECT_EQ(SplitBranches(branches[0][1].inside()).size(), 2u);
  EXPECT_EQ(branches[1].size(), 1u);
  EXPECT_TRUE(branches[2].empty());
}

TEST(RegexBranches, NoTokensAreOneEmptyBranch) {
  const std::vector<RegexBranch> branches = SplitBranches({});
  ASSERT_EQ(branches.size(), 1u);
  EXPECT_TRUE(branches[0].empty());
}

TEST(RegexBranches, ItemsCarryTheirRepeats) {
  const std::vector<RegexToken> tokens = Tokens("a{2,3}(bc)*d");
  const std::vector<RegexBranch> branches = SplitBranches(tokens);
  ASSERT_EQ(branches[0].size(), 3u);
  EXPECT_EQ(branches[0][0].min, 2);
  EXPECT_EQ(branches[0][0].max, 3);
  EXPECT_FALSE(branches[0][0].is_single_set());
  EXPECT_EQ(branches[0][1].max, RegexToken::kUnbounded);
  EXPECT_TRUE(branches[0][2].once());
}

TEST(RegexBranches, ItemsThatOccurNoTimeAreLeftOut) {
  EXPECT_EQ(Regex("a(b|c){0}d{0,0}e"), "ae");
  EXPECT_EQ(Regex("(a{0})"), "(?:)");
}

TEST(RegexBranches, AtomEnds) {
  const std::vector<RegexToken> tokens = Tokens("a((b)c)d");
  EXPECT_EQ(AtomEnd(tokens, 0), 1u);
  EXPECT_EQ(AtomEnd(tokens, 1), 7u);
  EXPECT_EQ(AtomEnd(tokens, 2), 5u);
}

TEST(RegexBranches, ToRegex) {
  EXPECT_EQ(Regex("(?i)a(?<n>b|[c-d])+?e?(?#x)"), "[Aa](?:[Bb]|[CDcd])+[Ee]?");
  EXPECT_EQ(Regex("a{2}b{2,}c{2,3}d*"), "a{2}b{2,}c{2,3}d*");
  EXPECT_EQ(Regex("^a$|\\bb\\B"), "^a$|\\bb\\B");
  EXPECT_EQ(Regex("\\pL+"), "\\pL+");
}

// What it writes is read as what was written.
TEST(RegexBranches, ToRegexIsStable) {
  for (const char* pattern :
       {"a|b", "(a(b|)c){2,}", "[^a]*\\x00", "^(?i:ab)$", "\\.\\*", "(|a)?"}) {
    const std::string regex = Regex(pattern);
    EXPECT_EQ(Regex(regex), regex) << pattern;
  }
}

TEST(RegexBranches, EdgesOfRecordsOnlyWhereRecordsAreLines) {
  EXPECT_EQ(Regex("^a$", '\0'), "a");
  EXPECT_EQ(Regex("(?<!\\w)a(?!\\w)", '\0'), "a");
  EXPECT_EQ(Regex("\\ba\\B", '\0'), "\\ba\\B");
}

TEST(RegexBranches, EmptySets) {
  std::vector<RegexToken> tokens = Tokens("ab?c");
  for (RegexToken& token : tokens) token.set.reset('b');
  EXPECT_EQ(ToRegex(SplitBranches(tokens), '\n'), "ac");
  for (RegexToken& token : tokens) token.set.reset('c');
  EXPECT_EQ(ToRegex(SplitBranches(tokens), '\n'), "a[^\\x00-\\xff]");
}

}  // namespace
}  // namespace bigscan
