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

inline std::vector<Pattern> FixedStrings(const std::vector<std::string>& texts) {
  std::vector<Pattern> patterns;
  for (const std::string& text : texts) patterns.push_back({.text = text, .fixed = true});
  return patterns;
}

// The records that are selected, with their delimiters, and what is told of each.
struct Selected {
  std::vector<std::string> records = {};
  std::vector<PatternHit> hits = {};  // only if patterns are told; offsets into the text

  bool operator==(const Selected&) const = default;
};

inline void PrintTo(const Selected& selected, std::ostream* out) {
  *out << testing::PrintToString(selected.records);
  for (const PatternHit& hit : selected.hits) *out << " " << hit.pattern << "@" << hit.record;
}

// The definition: each record, without its delimiter, given to PCRE2 for each pattern. Fails where
// PCRE2 gives up on a record.
inline absl::StatusOr<Selected> TryNaiveSelected(const std::vector<Pattern>& patterns,
                                                 absl::string_view text,
                                                 const PlanOptions& options = {},
                                                 bool invert = false) {
  std::vector<RecordMatcher> matchers;
  for (const Pattern& pattern : patterns) {
    matchers.push_back(RecordMatcher::Compile(pattern).value());
    // As the scanner does: PCRE2's interpreter and its JIT do not agree on each pattern (10.42: `$` behind
    // an invalid byte, `(*SKIP:x)` without that mark).
    matchers.back().CompileJit();
  }
  Selected selected;
  size_t begin = 0;
  for (const std::string& record : NaiveRecords(text, options.delimiter)) {
    std::string bytes = NaiveWithoutDelimiter(record, options.delimiter);
    if (options.crlf && !bytes.empty() && bytes.back() == '\r') bytes.pop_back();
    bool any = false;
    for (uint32_t i = 0; i < matchers.size(); ++i) {
      const absl::StatusOr<bool> matches = matchers[i].Matches(bytes);
      if (!matches.ok()) return matches.status();
      any |= *matches;
      if (*matches && options.tell_patterns) selected.hits.push_back({begin, i});
    }
    if (any != invert) selected.records.push_back(record);
    begin += record.size();
  }
  return selected;
}

inline Selected NaiveSelected(const std::vector<Pattern>& patterns, absl::string_view text,
                              const PlanOptions& options = {}, bool invert = false) {
  return TryNaiveSelected(patterns, text, options, invert).value();
}

// What a scanner makes of `text`; fails where it breaks its word about blocks and runs.
inline Selected ScannerSelected(RecordScanner* scanner, absl::string_view text,
                                char delimiter = '\n') {
  Selected selected;
  size_t scanned = 0;
  scanner->Scan(text, [&](const RecordScanner::Selected& block) {
    EXPECT_EQ(block.block_begin, scanned) << "blocks out of order";
    EXPECT_FALSE(block.block.empty());
    EXPECT_TRUE(block.binary || block.block.data() == text.data() + scanned);
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
        selected.records.push_back(std::move(record));
        ++records;
      }
    }
    EXPECT_EQ(block.records, records) << "the number of records in the runs";
    for (PatternHit hit : block.hits) {
      hit.record += scanned;
      selected.hits.push_back(hit);
    }
    scanned += block.block.size();
    return true;
  });
  EXPECT_EQ(scanned, text.size());
  return selected;
}

inline Selected PlanSelected(const ScanPlan& plan, absl::string_view text, bool invert = false) {
  auto scanner = RecordScanner::Create(plan, {.invert = invert});
  EXPECT_TRUE(scanner.ok()) << scanner.status();
  Selected selected = ScannerSelected(scanner->get(), text, plan.delimiter());
  EXPECT_TRUE((*scanner)->failures().empty());
  return selected;
}

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_SCANNING_H_
