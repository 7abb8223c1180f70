#include "cmd/status_line.h"

#include <gtest/gtest.h>

namespace bigscan {
namespace {

TEST(FitColumns, CutsAtTheLastCharacterThatFits) {
  EXPECT_EQ(FitColumns("abc", 3), "abc");
  EXPECT_EQ(FitColumns("abcd", 3), "abc");
  EXPECT_EQ(FitColumns("abc", 0), "");
  EXPECT_EQ(FitColumns("gr\xc3\xbc\xc3\x9f", 3), "gr\xc3\xbc");
}

TEST(FitColumns, WideCharactersTakeTwo) {
  EXPECT_EQ(FitColumns("\xe6\xbc\xa2\xe5\xad\x97", 3), "\xe6\xbc\xa2");
  EXPECT_EQ(FitColumns("\xf0\x9f\x98\x80x", 2), "\xf0\x9f\x98\x80");
}

// Some terminals take the byte 9b for the beginning of a control sequence.
TEST(FitColumns, WhatIsNoUtf8IsNotShown) {
  EXPECT_EQ(FitColumns("a\x9b"
                       "2J",
                       10),
            "a?2J");
  EXPECT_EQ(FitColumns("\xe6\xbc", 10), "??");
  EXPECT_EQ(FitColumns("\xff\xc3", 1), "?");
}

TEST(FitParts, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(FitParts({"12", "34", "56"}, 10), "12, 34, 56");
  EXPECT_EQ(FitParts({"12", "34", "56"}, 9), "12, 34");
  EXPECT_EQ(FitParts({"12", "345678", "9"}, 6), "12");
  EXPECT_EQ(FitParts({"1234", "5"}, 3), "123");
  EXPECT_EQ(FitParts({}, 3), "");
}

}  // namespace
}  // namespace bigscan
