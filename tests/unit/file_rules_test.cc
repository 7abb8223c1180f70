#include "cmd/file_rules.h"

#include <gtest/gtest.h>

namespace bigscan {
namespace {

constexpr auto kFound = FileRules::Origin::kFound;
constexpr auto kNamed = FileRules::Origin::kCommandLine;

TEST(FileRules, WithoutRulesAllIsRead) {
  const FileRules rules({}, {});
  EXPECT_FALSE(rules.SkipsFile("a", kFound));
  EXPECT_FALSE(rules.SkipsDirectory("a", kNamed));
}

TEST(FileRules, TheLastThatMatchesDecides) {
  const FileRules rules({{"a*", false}, {"ab*", true}, {"abc", false}}, {});
  EXPECT_TRUE(rules.SkipsFile("a", kFound));
  EXPECT_FALSE(rules.SkipsFile("ab", kFound));
  EXPECT_TRUE(rules.SkipsFile("abc", kFound));
}

TEST(FileRules, TheFirstRuleSaysWhatBecomesOfTheRest) {
  EXPECT_TRUE(FileRules({{"a", true}, {"b", false}}, {}).SkipsFile("z", kFound));
  EXPECT_FALSE(FileRules({{"b", false}, {"a", true}}, {}).SkipsFile("z", kFound));
}

TEST(FileRules, FoundNamesMatchAsAWhole) {
  const FileRules rules({{"d/f", false}, {"*.log", false}}, {});
  EXPECT_TRUE(rules.SkipsFile(".log", kFound));
  EXPECT_FALSE(rules.SkipsFile("f", kFound));
}

TEST(FileRules, NamedFilesMatchFromAnySlashOn) {
  const FileRules rules({{"f?", false}, {"d/plain", false}, {"/x", false}}, {"sub"});
  EXPECT_TRUE(rules.SkipsFile("d/e/f1", kNamed));
  EXPECT_TRUE(rules.SkipsFile("e/d/plain", kNamed));
  EXPECT_FALSE(rules.SkipsFile("d/plain/x", kNamed));
  EXPECT_TRUE(rules.SkipsFile("d//x", kNamed));  // as grep's table of plain names has it
  EXPECT_TRUE(rules.SkipsDirectory("d/sub", kNamed));
  EXPECT_FALSE(rules.SkipsDirectory("d/sub/", kNamed));
}

}  // namespace
}  // namespace bigscan
