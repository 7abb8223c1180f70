// Whatever the patterns and the way of scanning, a plan selects what PCRE2 selects of each record.
//
// PLAN_PROPERTY_CASES and PLAN_PROPERTY_SEED ask for more cases, or others, than each build's.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/pattern_writer.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

using Force = PlanOptions::Force;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = getenv(name);
  return value == nullptr ? otherwise : strtoull(value, nullptr, 10);
}

struct Case {
  std::vector<Pattern> patterns;
  PlanOptions options;
  bool invert = false;
  std::string text;
};

bool IsValid(const Pattern& pattern) { return RecordMatcher::Compile(pattern).ok(); }

Pattern RandomPattern(Random* random) {
  while (true) {
    PatternWriter writer(random);
    Pattern pattern;
    pattern.fixed = Pick(random, 8) == 0;
    pattern.text = pattern.fixed ? writer.FixedString() : writer.Regex();
    pattern.caseless = Pick(random, 5) == 0;
    pattern.whole_word = Pick(random, 10) == 0;
    pattern.whole_record = Pick(random, 14) == 0;
    pattern.unicode = Pick(random, 10) == 0;
    if (IsValid(pattern)) return pattern;
  }
}

std::string RandomRecords(Random* random) {
  const uint64_t kind = Pick(random, 4);
  const absl::string_view alphabet =
      kind == 0   ? absl::string_view("aabb1\n")
      : kind == 1 ? absl::string_view("aabA1_ -\n\n\r\n\0\n", 14)
                  : absl::string_view("aabbAB11_ -.\t\n\n\n\r\0\0\0\xe4\xc3\xa4", 23);
  return RandomText(random, alphabet, Pick(random, Pick(random, 8) == 0 ? 1500 : 150));
}

Case RandomCase(uint64_t seed) {
  Random random(seed);
  Case c;
  const uint64_t patterns = Pick(&random, 2) == 0 ? 1 : 1 + Pick(&random, 6);
  for (uint64_t i = 0; i < patterns; ++i) c.patterns.push_back(RandomPattern(&random));
  constexpr Force kForces[] = {Force::kNone,  Force::kDirect,  Force::kFiltered,
                               Force::kGrams, Force::kConfirm, Force::kRecords};
  c.options = {.delimiter = Pick(&random, 4) == 0 ? '\0' : '\n',
               .crlf = Pick(&random, 4) == 0,
               .pcre = Pick(&random, 5) == 0,
               .tell_patterns = Pick(&random, 3) == 0,
               .force = kForces[Pick(&random, 6)]};
  c.invert = Pick(&random, 4) == 0;
  c.text = RandomRecords(&random);
  return c;
}

enum class Outcome { kSame, kDifferent, kTooCostly };

// `got` and `expected` tell what differs.
Outcome TryCase(const Case& c, std::string* got, std::string* expected) {
  const auto naive = TryNaiveSelected(c.patterns, c.text, c.options, c.invert);
  if (!naive.ok()) return Outcome::kTooCostly;
  const auto plan = ScanPlan::Compile(c.patterns, c.options);
  if (!plan.ok()) {
    *got = plan.status().ToString();
    *expected = "a plan";
    return Outcome::kDifferent;
  }
  auto scanner = RecordScanner::Create(**plan, {.invert = c.invert}).value();
  Selected selected = ScannerSelected(scanner.get(), c.text, c.options.delimiter);
  if (!scanner->failures().empty()) return Outcome::kTooCostly;  // the JIT counts otherwise
  if (selected == *naive) return Outcome::kSame;
  *got = absl::StrCat(testing::PrintToString(selected), " by ", (*plan)->name());
  *expected = testing::PrintToString(*naive);
  return Outcome::kDifferent;
}

bool StillDiffers(const Case& c) {
  for (const Pattern& pattern : c.patterns) {
    if (!IsValid(pattern)) return false;
  }
  std::string got;
  std::string expected;
  return TryCase(c, &got, &expected) == Outcome::kDifferent;
}

// Tries to take bytes out of the `text` of a case.
template <typename Get>
void ShrinkText(Get get, Case* c) {
  for (size_t size = get(c)->size(); size > 0; size /= 2) {
    for (size_t at = 0; at + size <= get(c)->size();) {
      Case smaller = *c;
      get(&smaller)->erase(at, size);
      if (StillDiffers(smaller)) {
        *c = smaller;
      } else {
        ++at;
      }
    }
  }
}

Case Shrunk(Case c) {
  for (int round = 0; round < 3; ++round) {
    for (size_t i = c.patterns.size(); i-- > 0 && c.patterns.size() > 1;) {
      Case smaller = c;
      smaller.patterns.erase(smaller.patterns.begin() + static_cast<ptrdiff_t>(i));
      if (StillDiffers(smaller)) c = smaller;
    }
    ShrinkText([](Case* each) { return &each->text; }, &c);
    for (size_t i = 0; i < c.patterns.size(); ++i) {
      ShrinkText([i](Case* each) { return &each->patterns[i].text; }, &c);
      for (bool Pattern::*flag : {&Pattern::fixed, &Pattern::caseless, &Pattern::whole_word,
                                  &Pattern::whole_record, &Pattern::unicode}) {
        Case smaller = c;
        smaller.patterns[i].*flag = false;
        if (StillDiffers(smaller)) c = smaller;
      }
    }
    for (bool PlanOptions::*flag :
         {&PlanOptions::crlf, &PlanOptions::pcre, &PlanOptions::tell_patterns}) {
      Case smaller = c;
      smaller.options.*flag = false;
      if (StillDiffers(smaller)) c = smaller;
    }
    Case smaller = c;
    smaller.invert = false;
    if (StillDiffers(smaller)) c = smaller;
  }
  return c;
}

std::string Describe(const Case& c) {
  std::string text = absl::StrCat("text \"", absl::CHexEscape(c.text), "\"");
  for (const Pattern& pattern : c.patterns) {
    absl::StrAppend(&text, ", pattern \"", absl::CHexEscape(pattern.text), "\"",
                    pattern.fixed ? " fixed" : "", pattern.caseless ? " caseless" : "",
                    pattern.whole_word ? " word" : "", pattern.whole_record ? " record" : "",
                    pattern.unicode ? " unicode" : "");
  }
  absl::StrAppend(&text, ", force ", static_cast<int>(c.options.force),
                  c.options.delimiter == '\0' ? ", NUL" : "", c.options.crlf ? ", crlf" : "",
                  c.options.pcre ? ", pcre" : "", c.options.tell_patterns ? ", tell" : "",
                  c.invert ? ", invert" : "");
  return text;
}

TEST(PlanProperty, SelectsWhatPcre2Selects) {
  const uint64_t cases = FromEnvironment("PLAN_PROPERTY_CASES", 3000);
  const uint64_t first = FromEnvironment("PLAN_PROPERTY_SEED", 0);
  const uint64_t most_failures = FromEnvironment("PLAN_PROPERTY_FAILURES", 1);
  uint64_t too_costly = 0;
  uint64_t failures = 0;
  for (uint64_t seed = first; seed < first + cases && failures < most_failures; ++seed) {
    const Case c = RandomCase(seed);
    std::string got;
    std::string expected;
    const Outcome outcome = TryCase(c, &got, &expected);
    ASSERT_FALSE(HasNonfatalFailure() && failures == 0) << Describe(c);
    too_costly += outcome == Outcome::kTooCostly;
    if (outcome != Outcome::kDifferent) continue;
    ++failures;
    const Case small = Shrunk(c);
    TryCase(small, &got, &expected);
    ADD_FAILURE() << "seed " << seed << ": " << Describe(small) << "\n  got      " << got
                  << "\n  expected " << expected;
  }
  EXPECT_LT(too_costly, cases / 10);
}

}  // namespace
}  // namespace bigscan
