#include "lib/record_scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

constexpr size_t kBlock = 512 << 10;

std::unique_ptr<ScanPlan> Plan(const std::vector<Pattern>& patterns, char delimiter = '\n') {
  return ScanPlan::Compile(patterns, {.delimiter = delimiter}).value();
}

// Scans with and without invert, and fails where this differs from PCRE2 record by record.
void ExpectAsNaive(const std::vector<Pattern>& patterns, const std::string& text) {
  const std::unique_ptr<ScanPlan> plan = Plan(patterns);
  for (bool invert : {false, true}) {
    // Not EXPECT_EQ: megabytes of records would be printed.
    EXPECT_TRUE(PlanSelected(*plan, text, invert) == NaiveSelected(patterns, text, {}, invert))
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
  auto scanner = RecordScanner::Create(*plan, {.invert = true}).value();
  scanner->Scan("", [](const RecordScanner::Selected&) {
    ADD_FAILURE();
    return true;
  });
}

TEST(RecordScanner, OneRunForAllRecordsOfABlock) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({""}));
  auto scanner = RecordScanner::Create(*plan, {}).value();
  scanner->Scan("a\nb\nc", [](const RecordScanner::Selected& selected) {
    EXPECT_EQ(selected.runs.size(), 1u);
    EXPECT_EQ(selected.records, 3u);
    return true;
  });
}

TEST(RecordScanner, LiteralsWithAnotherDelimiter) {
  const std::vector<Pattern> patterns = {{.text = "a\nb", .fixed = true}, {.text = "^c"}};
  const std::unique_ptr<ScanPlan> plan = Plan(patterns, '\0');
  const std::string text("a\nb\0a\0\nb\0c\n", 11);
  for (bool invert : {false, true}) {
    EXPECT_EQ(PlanSelected(*plan, text, invert),
              NaiveSelected(patterns, text, {.delimiter = '\0'}, invert));
  }
}

TEST(RecordScanner, ScansAreIndependent) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({"[ab]c"}));
  auto scanner = RecordScanner::Create(*plan, {}).value();
  const Selected first = ScannerSelected(scanner.get(), "ac\nb\n");
  ScannerSelected(scanner.get(), "x\nbc\nbc");
  EXPECT_EQ(ScannerSelected(scanner.get(), "ac\nb\n"), first);
}

// --- Which patterns match ---

TEST(RecordScanner, TellsThePatternsOfEachRecord) {
  const std::vector<std::vector<std::string>> sets = {{"ab", "b", "ab"},
                                                      {"^a", "b$", "", "[ab]c"},
                                                      {"(a)\\1", "b", "a(?!b)"},
                                                      {"ab.*c", "ab", "(?<!\\w)ab"},
                                                      {"[\\Qa-\\E]b", "a\\pL", "^$", "c|ab"},
                                                      {"\\n"}};
  for (const std::vector<std::string>& set : sets) {
    const std::vector<Pattern> patterns = Regexes(set);
    for (auto force : {PlanOptions::Force::kNone, PlanOptions::Force::kFiltered}) {
      const PlanOptions options{.tell_patterns = true, .force = force};
      const auto plan = ScanPlan::Compile(patterns, options).value();
      for (uint64_t seed = 0; seed < 20; ++seed) {
        Random random(seed);
        const std::string text = RandomText(&random, "aabbc \n\n", Pick(&random, 400));
        ASSERT_EQ(PlanSelected(*plan, text), NaiveSelected(patterns, text, options))
            << set[0] << ", seed " << seed << ", plan " << plan->name();
      }
    }
  }
}

TEST(RecordScanner, TellsPatternsOfDenseMatchesOverSeveralBlocks) {
  const std::vector<Pattern> patterns = Regexes({"a.*[bc]", "c", "^b", "(a)\\1"});
  const PlanOptions options{.tell_patterns = true};
  const auto plan = ScanPlan::Compile(patterns, options).value();
  Random random(1);
  const std::string text = RandomText(&random, "aabbcc  \n", kBlock + 1000);
  EXPECT_TRUE(PlanSelected(*plan, text) == NaiveSelected(patterns, text, options));
}

// Literals in a pass of their own, regexes, candidates and what only PCRE2 can decide.
TEST(RecordScanner, SeveralPasses) {
  std::vector<Pattern> patterns = Regexes({"[ab]c+d", "(a)b\\1", "x(^a|$)", "^bd"});
  for (char a = 'a'; a <= 'i'; ++a) {
    for (char b = 'a'; b <= 'i'; ++b) {
      patterns.push_back({.text = {'g', a, b, 'h'}, .fixed = true});
    }
  }
  for (bool tell : {false, true}) {
    const PlanOptions options{.tell_patterns = tell};
    const auto plan = ScanPlan::Compile(patterns, options).value();
    ASSERT_GT(plan->passes().size(), 1u) << plan->name();
    for (uint64_t seed = 0; seed < 20; ++seed) {
      Random random(seed);
      const std::string text = RandomText(&random, "aabbccddgghhx\n\n", 3000);
      for (bool invert : {false, true}) {
        ASSERT_EQ(PlanSelected(*plan, text, invert), NaiveSelected(patterns, text, options, invert))
            << "seed " << seed << ", tell " << tell << ", invert " << invert;
      }
    }
  }
}

// Where the first pattern's candidate is none, the second's at the same byte still is one.
TEST(RecordScanner, NeedlesAtTheSamePlace) {
  const std::string text = "abcdefg1\nabcdefgh\n 1xyzuvw\n";
  const PlanOptions options{.force = PlanOptions::Force::kFiltered};
  for (const auto& set : {std::vector<std::string>{"abcdefg.*x", "abcdefg[0-9]"},
                          std::vector<std::string>{"(?<!\\w)1xyzuvw.*q", " 1xyzuvw"}}) {
    const auto plan = ScanPlan::Compile(Regexes(set), options).value();
    EXPECT_EQ(PlanSelected(*plan, text), NaiveSelected(Regexes(set), text, options)) << set[0];
  }
}

// A megabyte of candidates of two patterns by turns, none of which is any: each is confirmed once.
TEST(RecordScanner, LongRecordOfManyCandidates) {
  std::string text;
  while (text.size() < 500'000) text += "abcdefg hijklmn ";
  const std::vector<Pattern> patterns =
      Regexes({"abcdefg.*(?<!b)c.*x\\b", "hijklmn.*(?<!b)c.*x\\b"});
  for (auto force : {PlanOptions::Force::kFiltered, PlanOptions::Force::kNone}) {
    const auto plan = ScanPlan::Compile(patterns, {.force = force}).value();
    EXPECT_TRUE(PlanSelected(*plan, text).records.empty());
  }
}

TEST(RecordScanner, SinkEndsTheScan) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({"a"}));
  auto scanner = RecordScanner::Create(*plan, {}).value();
  int calls = 0;
  std::string text;
  while (text.size() < 3 * kBlock) text += "a\n";
  scanner->Scan(text, [&](const RecordScanner::Selected&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2);
}

// --- Binary data ---

TEST(RecordScanner, BinaryBlocksAreCopiesInWhichNulsEndRecords) {
  std::string text(200 << 10, 'x');
  for (size_t i = 99; i < text.size(); i += 100) text[i] = '\n';
  text += std::string("ab\0c\nxy\0ab\n", 11);
  for (const char* pattern : {"ab", "[ab]b", "b$", "(a)b|\\1", "^ab"}) {
    for (bool invert : {false, true}) {
      const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern}));
      auto scanner = RecordScanner::Create(*plan, {.invert = invert, .find_binary = true}).value();
      uint64_t records = 0;
      uint64_t binary_records = 0;
      size_t scanned = 0;
      scanner->Scan(text, [&](const RecordScanner::Selected& selected) {
        (selected.binary ? binary_records : records) += selected.records;
        EXPECT_EQ(selected.block_begin, scanned);
        EXPECT_EQ(selected.binary, selected.block_begin + selected.block.size() > 192 << 10);
        scanned += selected.block.size();
        return true;
      });
      EXPECT_EQ(scanned, text.size());
      std::string as_text = text;
      std::replace(as_text.begin(), as_text.end(), '\0', '\n');
      EXPECT_EQ(records + binary_records,
                NaiveSelected(Regexes({pattern}), as_text, {}, invert).records.size())
          << pattern;
      EXPECT_GT(binary_records, 0u) << pattern;
    }
  }
}

TEST(RecordScanner, NulsAreBytesUnlessTheyAreLookedFor) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({"a\\x00b"}));
  const std::string text("a\0b\nc\n", 6);
  EXPECT_EQ(PlanSelected(*plan, text).records.size(), 1u);
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
    for (const RecordFault& failure : scanner.failures()) {
      EXPECT_EQ(failure.reason.code(), absl::StatusCode::kResourceExhausted) << failure.reason;
      text += absl::StrCat("[", failure.record.begin, ",", failure.record.end, ")");
    }
    return text;
  }

  const std::string pattern_ = "(?:\\p{L}+)+;$";
};

TEST_F(CostlyPattern, RecordIsNamedAndNotSelected) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_}));
  auto scanner = RecordScanner::Create(*plan, {}).value();
  EXPECT_EQ(ScannerSelected(scanner.get(), "a;\n" + CostlyRecord() + "b\n").records,
            std::vector<std::string>{"a;\n"});
  EXPECT_EQ(Failures(*scanner), absl::StrCat("[3,", 3 + CostlyRecord().size(), ")"));
}

TEST_F(CostlyPattern, RecordIsNotSelectedByInvertEither) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_}));
  auto scanner = RecordScanner::Create(*plan, {.invert = true}).value();
  EXPECT_EQ(ScannerSelected(scanner.get(), "a;\n" + CostlyRecord() + "b\n").records,
            std::vector<std::string>{"b\n"});
  EXPECT_EQ(Failures(*scanner), absl::StrCat("[3,", 3 + CostlyRecord().size(), ")"));
}

// The block is scanned whole, the record fails, and then matches turn out to be dense.
TEST_F(CostlyPattern, RecordIsNotSelectedByInvertWhenTheBlockIsScannedAgain) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_, "b.*c"}));
  auto scanner = RecordScanner::Create(*plan, {.invert = true}).value();
  const std::string text = CostlyRecord() + "b" + std::string(200'000, 'c') + "\nx\n";
  EXPECT_TRUE(ScannerSelected(scanner.get(), text).records == std::vector<std::string>{"x\n"});
  EXPECT_EQ(Failures(*scanner), absl::StrCat("[0,", CostlyRecord().size(), ")"));
}

TEST_F(CostlyPattern, FailuresAreOfTheLastScan) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_}));
  auto scanner = RecordScanner::Create(*plan, {}).value();
  ScannerSelected(scanner.get(), CostlyRecord());
  ScannerSelected(scanner.get(), "a;\n");
  EXPECT_EQ(Failures(*scanner), "");
}

TEST_F(CostlyPattern, RecordsBehindThoseThatAreNeededAreLeftAlone) {
  const std::unique_ptr<ScanPlan> plan = Plan(Regexes({pattern_ + "|(*F)(?R)"}));
  ASSERT_EQ(plan->name(), "records");
  const std::string text = "b\na;\nb;\nc;\n" + CostlyRecord() + "d;\n";
  const std::vector<std::string> all = {"a;\n", "b;\n", "c;\n", "d;\n"};
  for (uint64_t most : {0, 1, 2, 3, 4}) {
    auto scanner = RecordScanner::Create(*plan, {.max_selected = most}).value();
    EXPECT_EQ(ScannerSelected(scanner.get(), text).records,
              std::vector<std::string>(all.begin(), all.begin() + static_cast<ptrdiff_t>(most)));
    EXPECT_EQ(Failures(*scanner).empty(), most < 4);
  }
}

// Hyperscan finds no match, and PCRE2 does not know: a search for needles is to say the same.
TEST_F(CostlyPattern, EnginesAgreeWherePcre2GivesUp) {
  const std::vector<Pattern> patterns = Regexes({"needles[a](?:[a]+)+;$"});
  const std::string text = "needles" + CostlyRecord() + "needles" + std::string(60, 'a') + "1\n";
  std::string line(2000, 'x');
  line.back() = '\n';
  std::string large = text;
  while (large.size() < 4 << 20) large += line;
  const auto plan = ScanPlan::Compile(patterns, {}).value();
  auto scanner = RecordScanner::Create(*plan, {}).value();
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(ScannerSelected(scanner.get(), large).records.empty());
    EXPECT_EQ(Failures(*scanner), "");
  }
}

}  // namespace
}  // namespace bigscan
