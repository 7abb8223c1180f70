// Which records are selected: by PCRE2, one record after the other, and by what is under test.
#ifndef BIGSCAN_TESTS_UNIT_SCANNING_H_
#define BIGSCAN_TESTS_UNIT_SCANNING_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/record_matcher.h"
#include "lib/record_scanner.h"
#include "lib/scan_plan.h"
#include "tests/unit/testing.h"

namespace bigscan {

inline std::vector<Pattern> Regexes(const std::vector<std::string>& texts) {
  std::vector<Pattern> patterns;
  for (const std::string& text : texts) patterns.push_back({.text = text});
  return patterns;
}

// The definition: each record without its delimiter, given to PCRE2 for each pattern. Fails where
// PCRE2 gives up on a record.
inline absl::StatusOr<std::vector<std::string>> TryNaiveSelected(
    const std::vector<Pattern>& patterns, absl::string_view text, bool invert = false,
    char delimiter = '\n') {
  std::vector<RecordMatcher> matchers;
  for (Pattern pattern : patterns) {
    if (pattern.fixed) {
      // As PCRE2 quotes: no test has \E in a fixed string.
      pattern = {.text = "\\Q" + pattern.text + "\\E", .caseless = pattern.caseless};
    }
    matchers.push_back(RecordMatcher::Compile(pattern).value());
  }
  std::vector<std::string> selected;
  for (const std::string& record : NaiveRecords(text, delimiter)) {
    bool any = false;
    for (const RecordMatcher& matcher : matchers) {
      const absl::StatusOr<bool> matches =
          matcher.Matches(NaiveWithoutDelimiter(record, delimiter));
      if (!matches.ok()) return matches.status();
      any |= *matches;
    }
    if (any != invert) selected.push_back(record);
  }
  return selected;
}

inline std::vector<std::string> NaiveSelected(const std::vector<Pattern>& patterns,
                                              absl::string_view text, bool invert = false,
                                              char delimiter = '\n') {
  return TryNaiveSelected(patterns, text, invert, delimiter).value();
}

// What a scanner makes of `text`; fails where it breaks its word about blocks and runs.
inline std::vector<std::string> ScannerSelected(RecordScanner* scanner, absl::string_view text,
                                                char delimiter = '\n') {
  std::vector<std::string> selected;
  size_t scanned = 0;
  scanner->Scan(text, [&](const RecordScanner::Selected& block) {
    EXPECT_EQ(block.block_begin, scanned) << "blocks out of order";
    EXPECT_EQ(block.block.data(), text.data() + scanned);
    EXPECT_TRUE(scanned + block.block.size() == text.size() || block.block.back() == delimiter)
        << "a block that ends inside a record";
    size_t end = 0;
    uint64_t records = 0;
    for (const Run& run : block.runs) {
      EXPECT_GE(run.begin, end) << "runs out of order";
      EXPECT_LT(run.begin, run.end) << "an empty run";
      EXPECT_LE(run.end, block.block.size());
      EXPECT_TRUE(run.begin == 0 || block.block[run.begin - 1] == delimiter);
      end = run.end;
      for (std::string& record :
           NaiveRecords(block.block.substr(run.begin, run.end - run.begin), delimiter)) {
        selected.push_back(std::move(record));
        ++records;
      }
    }
    EXPECT_EQ(block.records, records) << "the number of records in the runs";
    scanned += block.block.size();
  });
  EXPECT_EQ(scanned, text.size());
  return selected;
}

inline std::vector<std::string> PlanSelected(const ScanPlan& plan, absl::string_view text,
                                             bool invert = false) {
  auto scanner = RecordScanner::Create(plan, invert);
  EXPECT_TRUE(scanner.ok()) << scanner.status();
  std::vector<std::string> selected = ScannerSelected(scanner->get(), text, plan.delimiter());
  EXPECT_TRUE((*scanner)->failures().empty());
  return selected;
}

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_SCANNING_H_
