#include "lib/pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bigscan {
namespace {

using Texts = std::vector<std::string>;

TEST(Pattern, ArgumentHoldsAPatternALine) {
  EXPECT_EQ(PatternsOfArgument("a"), Texts{"a"});
  EXPECT_EQ(PatternsOfArgument("a\nb"), (Texts{"a", "b"}));
}

TEST(Pattern, EmptyLinesOfAnArgumentArePatterns) {
  EXPECT_EQ(PatternsOfArgument(""), Texts{""});
  EXPECT_EQ(PatternsOfArgument("a\n"), (Texts{"a", ""}));
}

TEST(Pattern, LastNewlineOfAFileBeginsNoPattern) {
  EXPECT_EQ(PatternsOfFile("a\nb\n"), (Texts{"a", "b"}));
  EXPECT_EQ(PatternsOfFile("a\nb"), (Texts{"a", "b"}));
}

TEST(Pattern, EmptyFileHoldsNoPattern) { EXPECT_EQ(PatternsOfFile(""), Texts{}); }

TEST(Pattern, FileOfOneNewlineHoldsTheEmptyPattern) { EXPECT_EQ(PatternsOfFile("\n"), Texts{""}); }

}  // namespace
}  // namespace bigscan
