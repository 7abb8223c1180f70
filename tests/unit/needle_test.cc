#include "lib/needle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

// "abc", with "<" for the byte before it, ">" for the one after, "?" if it is not exact.
std::string Spell(const Needle& needle) {
  std::string text;
  for (size_t i = 0; i < needle.sets.size(); ++i) {
    if (i == 0 && needle.has_before) {
      text += '<';
    } else if (i + 1 == needle.sets.size() && needle.has_after) {
      text += '>';
    } else {
      text += ToRegex(needle.sets[i]);
    }
  }
  return text + (needle.exact ? "" : "?");
}

std::string NeedlesOfPattern(absl::string_view pattern, size_t most = 1) {
  const std::vector<RegexToken> tokens = ParseRegex(pattern, {}).value();
  std::string text;
  for (const Needles& choice : NeedlesOf(SplitBranches(tokens), '\n', most)) {
    if (!text.empty()) text += " / ";
    for (const Needle& needle : choice) {
      absl::StrAppend(&text, &needle == &choice.front() ? "" : " ", Spell(needle));
    }
  }
  return text;
}

TEST(Needle, RunsOfSets) {
  EXPECT_EQ(NeedlesOfPattern("abc"), "abc");
  EXPECT_EQ(NeedlesOfPattern("a[bc]d"), "a[bc]d");
  EXPECT_EQ(NeedlesOfPattern("a(bc)(?:d(e))"), "abcde");
  EXPECT_EQ(NeedlesOfPattern("ab{3}c"), "abbbc");
  EXPECT_EQ(NeedlesOfPattern("(ab){2}"), "abab");
}

TEST(Needle, OfTwoRunsTheBestOne) {
  EXPECT_EQ(NeedlesOfPattern("ab.*xyz"), "xyz?");
  EXPECT_EQ(NeedlesOfPattern("xyz.*ab"), "xyz?");
  EXPECT_EQ(NeedlesOfPattern("ab.*xyz", 3), "xyz? / ab?");
  EXPECT_EQ(NeedlesOfPattern("ab.*xyz.?qqqqq", 2), "qqqqq? / xyz?");
}

TEST(Needle, ARepeatBelongsToBothItsRuns) {
  EXPECT_EQ(NeedlesOfPattern("xyzq+"), "xyzq?");
  EXPECT_EQ(NeedlesOfPattern("x{2,}yyy"), "xxyyy?");
  EXPECT_EQ(NeedlesOfPattern("abcx?d", 2), "abc? / d?");
}

TEST(Needle, EdgesOfARecord) {
  EXPECT_EQ(NeedlesOfPattern("^ab"), "<ab");
  EXPECT_EQ(NeedlesOfPattern("ab$"), "ab>");
  EXPECT_EQ(NeedlesOfPattern("^ab$"), "<ab>");
  EXPECT_EQ(NeedlesOfPattern("^(a|b)$"), "<a> <b>");
  EXPECT_EQ(NeedlesOfPattern("(?<!\\w)ab(?!\\w)"), "<ab>");
}

TEST(Needle, AnEdgeAloneIsNone) {
  for (const char* pattern : {"^", "$", "^$", "^.*$", "\\b"}) {
    EXPECT_EQ(NeedlesOfPattern(pattern).find_first_of("<>"), std::string::npos) << pattern;
  }
}

TEST(Needle, EdgeSets) {
  const std::vector<RegexToken> tokens = ParseRegex("(?<!\\w)a$", {}).value();
  const Needle needle = NeedlesOf(SplitBranches(tokens), '\n', 1)[0][0];
  ByteSet no_word = *EscapeClass('W');
  EXPECT_EQ(needle.sets.front(), no_word);
  EXPECT_EQ(needle.sets.back(), SingleByte('\n'));
  const Needle nul = NeedlesOf(SplitBranches(tokens), '\0', 1)[0][0];
  EXPECT_EQ(nul.sets.back(), SingleByte('\0'));
}

TEST(Needle, Alternatives) {
  EXPECT_EQ(NeedlesOfPattern("abc|xyz"), "abc xyz");
  EXPECT_EQ(NeedlesOfPattern("a(b|cd)e"), "abe acde");
  EXPECT_EQ(NeedlesOfPattern("(a|b)(c|d)"), "ac ad bc bd");
  EXPECT_EQ(NeedlesOfPattern("abc|x.*y"), "abc x?");
  EXPECT_EQ(NeedlesOfPattern("abc|x*"), "");
  EXPECT_EQ(NeedlesOfPattern("abc|"), "");
}

TEST(Needle, NotTooMany) {
  EXPECT_EQ(NeedlesOfPattern("a|b|c|d|e"), "");
  EXPECT_EQ(NeedlesOfPattern("(a|b|c|d|e)xyz"), "xyz?");
  EXPECT_EQ(NeedlesOfPattern("a{1000}"), "");
  EXPECT_EQ(NeedlesOfPattern("(a{8}){8}xyz"), "xyz?");
}

// Of a long literal only a part is looked for, so that the rest must be looked at.
TEST(Needle, NotTooLong) {
  const std::string needles = NeedlesOfPattern(std::string(100, 'q'));
  EXPECT_LE(needles.size(), 33u);
  EXPECT_EQ(needles.back(), '?');
}

TEST(Needle, WhatIsNotAllThatThePatternAsksForIsNotExact) {
  for (const char* pattern : {"ab\\b", "abc\\pL", "ab.*", "a+b", "ab^", "a$b", "a\\Bb"}) {
    EXPECT_EQ(NeedlesOfPattern(pattern).back(), '?') << pattern;
  }
}

TEST(Needle, Bits) {
  const auto bits = [](absl::string_view bytes) {
    Needle needle;
    for (char byte : bytes) needle.sets.push_back(SingleByte(byte));
    return NeedleBits(needle);
  };
  EXPECT_GT(bits("ab"), bits("a"));
  EXPECT_GT(bits("q"), bits("e"));
  EXPECT_EQ(NeedleBits({.sets = {~ByteSet()}}), 0);
}

}  // namespace
}  // namespace bigscan
