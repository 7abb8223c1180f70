#include "lib/string_matcher.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "lib/record_matcher.h"
#include "lib/scan_plan.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

TEST(IsString, UnlessSomethingHasAnotherMeaning) {
  EXPECT_TRUE(IsString({.text = "a b-c:"}));
  EXPECT_TRUE(IsString({.text = "a.b", .fixed = true}));
  for (const char* text : {"a.b", "^a", "a$", "a|b", "a*", "a\\", "[a", "(a", "a{2"}) {
    EXPECT_FALSE(IsString({.text = text})) << text;
  }
}

// Short texts of few letters, so that strings occur in them, side by side and one over the other.
std::string Text(std::mt19937* random, size_t most) {
  constexpr char kBytes[] = "aAb_ 1-\xe4";
  std::string text(1 + (*random)() % most, ' ');
  for (char& byte : text) byte = kBytes[(*random)() % (sizeof(kBytes) - 1)];
  return text;
}

Pattern RandomString(std::mt19937* random) {
  return {.text = Text(random, 3),
          .fixed = true,
          .caseless = (*random)() % 2 == 0,
          .whole_word = (*random)() % 2 == 0,
          .whole_record = (*random)() % 4 == 0};
}

TEST(StringMatcher, TellsWhatPcre2Tells) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Pattern pattern = RandomString(&random);
    const std::string record = Text(&random, 8);
    EXPECT_EQ(StringMatcher(pattern).Matches(record),
              RecordMatcher::Compile(pattern).value().Matches(record).value())
        << pattern.text << " in " << record;
  }
}

TEST(StringMatcher, ServesAPlanOfManyStrings) {
  std::mt19937 random(8);
  for (int i = 0; i < 60; ++i) {
    std::vector<Pattern> patterns;
    const Pattern model = RandomString(&random);
    const size_t count = 17 + random() % 400;  // few are joined with regexes, many have their grams
    for (size_t j = 0; j < count; ++j) {
      patterns.push_back(model);
      patterns.back().text = Text(&random, 3) + Text(&random, 8);
      if (j % 50 == 49 && i % 3 == 0) {
        patterns.back().fixed = false;
        patterns.back().text = "b[a1]+_";
      }
    }
    std::string text;
    for (int record = 0; record < 200; ++record) text += Text(&random, 12) + "\n";
    const auto plan = ScanPlan::Compile(patterns, {});
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(PlanSelected(**plan, text), NaiveSelected(patterns, text)) << (*plan)->name();
  }
}

}  // namespace
}  // namespace bigscan
