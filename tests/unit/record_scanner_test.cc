#include "lib/record_scanner.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

constexpr size_t kBlock = 512 << 10;

std::unique_ptr<ScanPlan> Plan(const std::vector<Pattern>& patterns, char delimiter = '\n') {
  return ScanPlan::Compile(patterns, delimiter).value();
}

// Scans with and without invert, and fails where this differs from PCRE2 record by record.
void ExpectAsNaive(const std::vector<Pattern>& patterns, const std::string& text) {
  const std::unique_ptr<ScanPlan> plan = Plan(patterns);
  for (bool invert : {false, true}) {
    // Not EXPECT_EQ: megabytes of records would be printed.
    EXPECT_TRUE(PlanSelected(*plan, text, invert) == NaiveSelected(patterns, text, invert))
        << "plan " << std::string(plan->name()) << (invert ? ", inverted" : "");
  }
}

// For each plan: one that scans literals, one with regexes, one with confirmation, and so on.
const std::vector<std::vector<std::string>>& PatternSets() {
  static const auto* const sets = new std::vector<std::vector<std::string>>{
      {"ab"},    {"ab", "ba"}, {"[ab]c"}, {"a.*c"},        {"^a", "b$"}, {"^$"},   {"a\\pL"},
      {"\\PL$"}, {""},         {"\\n"},   {"[\\Qa-\\E]b"}, {"a\\s+b"},   {"b\\b"}, {"[^c]{3}"},
      {"x"},     {"(?i)A c"},  {"^ab"},   {"^a", "c"},     {"(?i)^Ab"}};
  return *sets;
}

TEST(RecordScanner, ShortTextsAsPcre2RecordByRecord) {
  for (const std::vector<std::string>& set : PatternSets()) {
    for (uint64_t seed = 0; seed < 60 && !HasFailure(); ++seed) {
      Random random(seed);
      ExpectAsNaive(Regexes(set), RandomText(&random, "aabc \n\n", Pick(&random, 30)));
      EXPECT_FALSE(HasFailure()) << set[0] << ", seed " << seed;
    }
  }
}

TEST(RecordScanner, TextsOfSeveralBlocksAsPcre2RecordByRecord) {
  for (size_t i = 0; i < PatternSets().size() && !HasFailure(); ++i) {
    Random random(i);
    ExpectAsNaive(Regexes(PatternSets()[i]),
                  RandomText(&random, "aabbcc  \n", 2 * kBlock + Pick(&random, 1000)));
    EXPECT_FALSE(HasFailure()) << PatternSets()[i][0] << ", seed " << i;
  }
}

// So many ends of matches that blocks are scanned record by record, and later whole again.
TEST(RecordScanner, DenseMatchesChangeNothing) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "a" + std::string(2000, 'b') + "\nc\n";
  while (text.size() < 20 * kBlock) text += text.size() % 7 == 0 ? "ab c\n" : "c c c c c c c\n";
  ExpectAsNaive(Regexes({"a.*[bc]"}), text);
  ExpectAsNaive(Regexes({"a.*[bc]", "a\\pL+"}), text);
}

TEST(RecordScanner, RecordsLongerThanABlock) {
  const std::string text = "ab\n" + std::string(kBlock + 10, 'x') + "ab\n" +
                           std::string(2 * kBlock, 'y') + "\n\nab\n" + std::string(kBlock, 'z');
  ExpectAsNaive(Regexes({"ab"}), text);
  ExpectAsNaive(Regexes({"[xy]$"}), text);
}

TEST(RecordScanner, RecordsThatEndAtTheBoundOfABlock) {
  for (size_t length : {kBlock - 2, kBlock - 1, kBlock, kBlock + 1}) {
    for (const char* rest : {"", "\n", "\nab", "\nab\n", "ab\n"}) {
      ExpectAsNaive(Regexes({"[ab]b"}), std::string(length, 'x') + rest);
      ASSERT_FALSE(HasFailure()) << length << " and " << testing::PrintToString(rest);
    }
  }
}

TEST(RecordScanner, UnterminatedLastRecordIsARecord) {
  for (const char* text : {"a", "\na", "b\nba", "a\n\n", "\n", "a\nb"}) {
    for (const char* pattern : {"a", "[ac]$", "^$", "\\pL", "", "\\n", "[\\Qa-\\E]"}) {
      ExpectAsNaive(Regexes({pattern}), text);
      ASSERT_FALSE(HasFailure()) << testing::PrintToString(text) << ", pattern " << pattern;
    }
  }
}

TEST(RecordScanner, NothingToScanCallsNobody) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({""}));
  auto scanner = RecordScanner::Create(*plan, true).value();
  scanner->Scan("", [](const RecordScanner::Selected&) { FAIL(); });
}

TEST(RecordScanner, OneRunForAllRecordsOfABlock) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({""}));
  auto scanner = RecordScanner::Create(*plan, false).value();
  scanner->Scan("a\nb\nc", [](const RecordScanner::Selected& selected) {
    ASSERT_EQ(selected.runs.size(), 1u);
    EXPECT_EQ(selected.records, 3u);
  });
}

TEST(RecordScanner, LiteralsWithAnotherDelimiter) {
  const std::vector<Pattern> patterns = {{.text = "a\nb", .fixed = true}, {.text = "^c"}};
  const std::unique_ptr<ScanPlan> plan = Plan(patterns, '\0');
  const std::string text("a\nb\0a\0\nb\0c\n", 11);
  for (bool invert : {false, true}) {
    EXPECT_EQ(PlanSelected(*plan, text, invert), NaiveSelected(patterns, text, invert, '\0'));
  }
}

TEST(RecordScanner, ScansAreIndependent) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({"[ab]c"}));
  auto scanner = RecordScanner::Create(*plan, false).value();
  const std::vector<std::string> first = ScannerSelected(scanner.get(), "ac\nb\n");
  ScannerSelected(scanner.get(), "x\nbc\nbc");
  EXPECT_EQ(ScannerSelected(scanner.get(), "ac\nb\n"), first);
}

// --- Records that PCRE2 gives up on ---

// The match at its end is found at once by Hyperscan, and never by PCRE2: there are too many ways
// to read the letters before.
std::string CostlyRecord() { return std::string(60, 'a') + "1a;\n"; }

class CostlyPattern : public testing::Test {
 protected:
  void SetUp() override {
    const std::string record = CostlyRecord();
    const RecordMatcher matcher = RecordMatcher::Compile({.text = pattern_}).value();
    if (matcher.Matches(NaiveWithoutDelimiter(record, '\n')).ok()) {
      FAIL() << "this PCRE2 does not give up";
    }
  }

  static std::string Failures(const RecordScanner& scanner) {
    std::string text;
    for (const RecordScanner::Failure& failure : scanner.failures()) {
      EXPECT_EQ(failure.reason.code(), absl::StatusCode::kResourceExhausted) << failure.reason;
      text += absl::StrCat("[", failure.record.begin, ",", failure.record.end, ")");
    }
    return text;
  }

  const std::string pattern_ = "(?:\\p{L}+)+;$";
};

TEST_F(CostlyPattern, RecordIsNamedAndNotSelected) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_}));
  auto scanner = RecordScanner::Create(*plan, false).value();
  EXPECT_EQ(ScannerSelected(scanner.get(), "a;\n" + CostlyRecord() + "b\n"),
            std::vector<std::string>{"a;\n"});
  EXPECT_EQ(Failures(*scanner), absl::StrCat("[3,", 3 + CostlyRecord().size(), ")"));
}

TEST_F(CostlyPattern, RecordIsNotSelectedByInvertEither) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_}));
  auto scanner = RecordScanner::Create(*plan, true).value();
  EXPECT_EQ(ScannerSelected(scanner.get(), "a;\n" + CostlyRecord() + "b\n"),
            std::vector<std::string>{"b\n"});
  EXPECT_EQ(Failures(*scanner), absl::StrCat("[3,", 3 + CostlyRecord().size(), ")"));
}

// The block is scanned whole, the record fails, and then matches turn out to be dense.
TEST_F(CostlyPattern, RecordIsNotSelectedByInvertWhenTheBlockIsScannedAgain) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_, "b.*c"}));
  auto scanner = RecordScanner::Create(*plan, true).value();
  const std::string text = CostlyRecord() + "b" + std::string(200'000, 'c') + "\nx\n";
  EXPECT_TRUE(ScannerSelected(scanner.get(), text) == std::vector<std::string>{"x\n"});
  EXPECT_EQ(Failures(*scanner), absl::StrCat("[0,", CostlyRecord().size(), ")"));
}

TEST_F(CostlyPattern, FailuresAreOfTheLastScan) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_}));
  auto scanner = RecordScanner::Create(*plan, false).value();
  ScannerSelected(scanner.get(), CostlyRecord());
  ScannerSelected(scanner.get(), "a;\n");
  EXPECT_EQ(Failures(*scanner), "");
}

}  // namespace
}  // namespace bigscan
