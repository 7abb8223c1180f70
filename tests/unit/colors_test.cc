#include "jobs/colors.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

TEST(Colors, DefaultsAreGreps) {
  const Colors colors = Colors::Parse("");
  EXPECT_EQ(colors.selected_match.start, "\33[01;31m\33[K");
  EXPECT_EQ(colors.selected_match.end, "\33[m\33[K");
  EXPECT_EQ(colors.name.start, "\33[35m\33[K");
  EXPECT_TRUE(colors.selected_line.empty());
}

TEST(Colors, BothKindsOfMatchesAtOnce) {
  const Colors colors = Colors::Parse("mt=7:ms=4");
  EXPECT_EQ(colors.selected_match.start, "\33[4m\33[K");
  EXPECT_EQ(colors.context_match.start, "\33[7m\33[K");
}

TEST(Colors, AnEmptyValueTakesTheColorAway) { EXPECT_TRUE(Colors::Parse("fn=").name.empty()); }

TEST(Colors, WithoutErasing) {
  const Colors colors = Colors::Parse("ne:rv");
  EXPECT_EQ(colors.number.start, "\33[32m");
  EXPECT_EQ(colors.number.end, "\33[m");
  EXPECT_TRUE(colors.swap_lines_if_inverted);
}

TEST(Colors, WhatIsIllFormedEndsThem) {
  const Colors colors = Colors::Parse("ms=1:ln=x:fn=2");
  EXPECT_EQ(colors.selected_match.start, "\33[1m\33[K");
  EXPECT_EQ(colors.number.start, "\33[32m\33[K");
  EXPECT_EQ(colors.name.start, "\33[35m\33[K");
}

TEST(Colors, UnknownCapabilitiesAreSkipped) {
  EXPECT_EQ(Colors::Parse("x=1:fn=2").name.start, "\33[2m\33[K");
}

TEST(Colors, TheOldVariableIsToldOf) {
  bool used = false;
  EXPECT_EQ(Colors::Parse("", "7", &used).context_match.start, "\33[7m\33[K");
  EXPECT_TRUE(used);
  Colors::Parse("mt=1", "7", &used);
  EXPECT_FALSE(used);
  Colors::Parse("", "x", &used);
  EXPECT_FALSE(used);
}

}  // namespace
}  // namespace bigscan
