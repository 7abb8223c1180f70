#include "lib/capture_finder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bigscan {
namespace {

std::vector<std::string> Found(const std::vector<std::string>& patterns,
                               const std::vector<std::string>& groups, absl::string_view record,
                               std::optional<uint32_t> pattern = std::nullopt) {
  std::vector<Pattern> all;
  for (const std::string& text : patterns) all.push_back({.text = text});
  CaptureFinder finder = CaptureFinder::Create(all, groups).value();
  std::vector<absl::string_view> values(groups.size());
  EXPECT_TRUE(finder.Find(record, pattern, values).ok());
  std::vector<std::string> found;
  for (const absl::string_view value : values) {
    found.push_back(value.data() == nullptr ? "missing" : std::string(value));
  }
  return found;
}

using Strings = std::vector<std::string>;

TEST(CaptureFinder, FindsNamesAndNumbers) {
  EXPECT_EQ(Found({R"((?<user>\w+)=(\d*))"}, {"user", "2", "1", "0"}, "a b=12 c"),
            (Strings{"b", "12", "b", "b=12"}));
  EXPECT_EQ(Found({R"((\w+)=(\d*))"}, {"2"}, "x="), (Strings{""}));
}

TEST(CaptureFinder, WhatTakesNoPartIsMissing) {
  EXPECT_EQ(Found({"(a)|(b)"}, {"1", "2"}, "b"), (Strings{"missing", "b"}));
  EXPECT_EQ(Found({"(a)|(b)"}, {"1", "2"}, "a"), (Strings{"a", "missing"}));
  EXPECT_EQ(Found({"(a)"}, {"1"}, "b"), (Strings{"missing"}));
}

TEST(CaptureFinder, OneNameMayStandForSeveralGroups) {
  EXPECT_EQ(Found({"(?J)(?<x>a)|(?<x>b)"}, {"x"}, "b"), (Strings{"b"}));
}

TEST(CaptureFinder, TheFirstPatternThatMatchesCounts) {
  EXPECT_EQ(Found({"z(.)", "(a)", "(b)"}, {"1"}, "b a"), (Strings{"a"}));
  EXPECT_EQ(Found({"z(.)", "(a)", "(b)"}, {"1"}, "b a", 2), (Strings{"b"}));
  EXPECT_EQ(Found({"a", "(b)"}, {"1"}, "b a"), (Strings{"missing"}));
}

TEST(CaptureFinder, RefusesGroupsThatNoPatternHas) {
  const std::vector<Pattern> patterns = {{.text = "(?<x>a)"}, {.text = "b"}};
  for (const std::string group : {"2", "y", "", "01x"}) {
    const std::vector<std::string> groups = {"x", group};
    EXPECT_TRUE(absl::IsInvalidArgument(CaptureFinder::Create(patterns, groups).status())) << group;
  }
}

}  // namespace
}  // namespace bigscan
