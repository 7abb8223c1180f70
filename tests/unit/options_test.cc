#include "cmd/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/command_line.h"
#include "cmd/option_list.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

absl::StatusOr<Options> Parse(std::vector<std::string> words) {
  words.insert(words.begin(), "bigscan");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return ParseOptions(static_cast<int>(words.size()), argv.data());
}

Options ParseGood(const std::vector<std::string>& words) {
  absl::StatusOr<Options> options = Parse(words);
  EXPECT_TRUE(options.ok()) << absl::StrJoin(words, " ") << ": " << options.status();
  return options.ok() ? *options : Options();
}

// "pattern pattern... / file file...".
std::string PatternsAndFiles(const std::vector<std::string>& words) {
  const Options options = ParseGood(words);
  std::vector<std::string> texts;
  for (const Pattern& pattern : options.patterns) texts.push_back(pattern.text);
  return absl::StrCat(absl::StrJoin(texts, " "), " / ", absl::StrJoin(options.files, " "));
}

TEST(Options, FirstArgumentIsThePattern) {
  EXPECT_EQ(PatternsAndFiles({"p", "x", "y"}), "p / x y");
}

TEST(Options, MemoryForARecordHoldsABlockAtLeast) {
  EXPECT_EQ(ParseGood({"p"}).max_memory, 256u << 20);
  EXPECT_EQ(ParseGood({"--max-memory=1M", "p"}).max_memory, 1u << 20);
  EXPECT_EQ(ParseGood({"--max-memory=1T", "p"}).max_memory, uint64_t{1} << 40);
  EXPECT_EQ(ParseGood({"--max-memory=4K", "--chunk-size=4K", "p"}).max_memory, 4u << 10);
}

TEST(Options, NamesThatTheParserWouldTakeForPlaceholders) {
  for (const std::string word : {"--%original_token%x", "--no%original_token%",
                                 "-n%original_token%", "--no%canonical_option%=5", "-%option%"}) {
    EXPECT_EQ(Parse({word, "p"}).status().message(), "unrecognised option '" + word + "'");
  }
  EXPECT_TRUE(absl::StartsWith(Parse({"--p=%canonical_option%", "p"}).status().message(),
                               "option '--p=%canonical_option%' is ambiguous"));
  EXPECT_EQ(PatternsAndFiles({"--regexp=%original_token%", "-e%option%", "--", "-%"}),
            "%original_token% %option% / -%");
}

TEST(Options, IdleIsNotTheDefault) {
  EXPECT_FALSE(ParseGood({"p"}).idle);
  EXPECT_TRUE(ParseGood({"--idle", "p"}).idle);
}

TEST(Options, TheCacheIsNotDroppedByDefault) {
  EXPECT_FALSE(ParseGood({"p"}).drop_cache);
  EXPECT_TRUE(ParseGood({"--drop-cache", "p"}).drop_cache);
}

TEST(Options, NoFileIsStandardInput) { EXPECT_EQ(PatternsAndFiles({"p"}), "p / "); }

TEST(Options, DashIsAFile) { EXPECT_EQ(PatternsAndFiles({"p", "-", "x"}), "p / - x"); }

TEST(Options, WithDashEArgumentsAreFiles) {
  EXPECT_EQ(PatternsAndFiles({"x", "-e", "p", "y", "--regexp=q"}), "p q / x y");
}

TEST(Options, LinesOfAPatternArePatterns) {
  EXPECT_EQ(PatternsAndFiles({"p\nq"}), "p q / ");
  EXPECT_EQ(PatternsAndFiles({"-e", "p\nq", "x"}), "p q / x");
}

TEST(Options, MayFollowArguments) {
  const Options options = ParseGood({"p", "-c", "x", "-i", "y", "--invert-match"});
  EXPECT_TRUE(options.mode == OutputMode::kCount && options.invert && options.patterns[0].caseless);
  EXPECT_EQ(options.files, (std::vector<std::string>{"x", "y"}));
}

TEST(Options, Bundles) {
  const Options options = ParseGood({"-cinm3", "p"});
  EXPECT_TRUE(options.mode == OutputMode::kCount && options.line_number &&
              options.patterns[0].caseless);
  EXPECT_EQ(options.max_count, 3u);
  EXPECT_EQ(ParseGood({"-vm", "3", "p"}).max_count, 3u);
}

TEST(Options, PatternAtTheEndOfABundle) {
  EXPECT_EQ(PatternsAndFiles({"-cep", "x"}), "p / x");
  EXPECT_EQ(PatternsAndFiles({"-ce", "p", "x"}), "p / x");
  EXPECT_EQ(PatternsAndFiles({"-ee", "x"}), "e / x");
}

TEST(Options, PatternThatLooksLikeAnOption) {
  EXPECT_EQ(PatternsAndFiles({"-e", "-v", "x"}), "-v / x");
  EXPECT_EQ(PatternsAndFiles({"-ie", "-v", "x"}), "-v / x");
  EXPECT_EQ(PatternsAndFiles({"--regexp", "-v", "x"}), "-v / x");
  EXPECT_EQ(PatternsAndFiles({"-e", "--", "x"}), "-- / x");
  EXPECT_EQ(PatternsAndFiles({"-e", "--count", "x"}), "--count / x");
  EXPECT_FALSE(ParseGood({"-e", "-v", "x"}).invert);
}

TEST(Options, PatternThatBeginsWithAnEqualsSign) {
  EXPECT_EQ(PatternsAndFiles({"-e", "=a", "x"}), "=a / x");
  EXPECT_EQ(PatternsAndFiles({"--regexp", "=a", "x"}), "=a / x");
}

TEST(Options, EmptyPattern) {
  EXPECT_EQ(PatternsAndFiles({"", "x"}), " / x");
  EXPECT_EQ(ParseGood({"", "x"}).patterns.size(), 1u);
}

TEST(Options, EmptyPatternOfDashE) {
  EXPECT_EQ(PatternsAndFiles({"-e", "", "x"}), " / x");
  EXPECT_EQ(ParseGood({"-e", "", "x"}).patterns.size(), 1u);
}

TEST(Options, EmptyPatternOfTheLongOption) {
  EXPECT_EQ(PatternsAndFiles({"--regexp=", "x"}), " / x");
  EXPECT_EQ(PatternsAndFiles({"--regexp", "", "x"}), " / x");
}

TEST(Options, DoubleDashEndsOptions) {
  EXPECT_EQ(PatternsAndFiles({"--", "-v", "-x"}), "-v / -x");
  EXPECT_EQ(PatternsAndFiles({"-c", "p", "--", "-e", "--"}), "p / -e --");
}

TEST(Options, NegativeMaxCountIsNone) {
  EXPECT_EQ(ParseGood({"-m-1", "p"}).max_count, std::nullopt);
  EXPECT_EQ(ParseGood({"--max-count=-1", "p"}).max_count, std::nullopt);
}

// As with any option that takes an argument, in grep.
TEST(Options, NegativeMaxCountAsAWordOfItsOwn) {
  EXPECT_EQ(ParseGood({"-m", "-1", "p"}).max_count, std::nullopt);
}

TEST(Options, AbbreviatedLongOption) {
  EXPECT_TRUE(ParseGood({"--inv", "p"}).invert);
  EXPECT_EQ(PatternsAndFiles({"--regex", "p", "x"}), "p / x");
}

TEST(Options, AbbreviatedLongOptionTakesThePatternThatLooksLikeAnOption) {
  EXPECT_EQ(PatternsAndFiles({"--regex", "-v", "x"}), "-v / x");
}

TEST(Options, LastOfARepeatedOptionCounts) {
  EXPECT_EQ(ParseGood({"-m1", "-m2", "p"}).max_count, 2u);
  EXPECT_EQ(ParseGood({"-p1", "-p", "3", "p"}).workers, 3u);
  EXPECT_EQ(ParseGood({"-c", "-c", "p"}).mode, OutputMode::kCount);
}

TEST(Options, WithoutHTheFilesDecideOnNames) {
  EXPECT_FALSE(ParseGood({"p", "x", "y"}).with_filename.has_value());
}

TEST(Options, LastOfUpperAndLowerCaseHCounts) {
  EXPECT_EQ(ParseGood({"-H", "p", "x"}).with_filename, true);
  EXPECT_EQ(ParseGood({"-h", "p", "x", "y"}).with_filename, false);
  EXPECT_EQ(ParseGood({"-H", "-h", "p", "x", "y"}).with_filename, false);
  EXPECT_EQ(ParseGood({"-h", "p", "x", "-H"}).with_filename, true);
  EXPECT_EQ(ParseGood({"-HhH", "p", "x"}).with_filename, true);
  EXPECT_EQ(ParseGood({"-HhHh", "p", "x"}).with_filename, false);
}

TEST(Options, FixedAndCaselessHoldForAllPatterns) {
  const Options options = ParseGood({"-e", "a", "-F", "-e", "b", "-i"});
  for (const Pattern& pattern : options.patterns) EXPECT_TRUE(pattern.fixed && pattern.caseless);
}

TEST(Options, ModesThatOutdoOthers) {
  EXPECT_EQ(ParseGood({"-q", "-l", "-c", "p"}).mode, OutputMode::kQuiet);
  EXPECT_EQ(ParseGood({"-l", "-c", "p"}).mode, OutputMode::kFilesWithMatches);
  EXPECT_EQ(ParseGood({"-l", "-L", "p"}).mode, OutputMode::kFilesWithoutMatch);
  EXPECT_EQ(ParseGood({"-c", "--total", "p"}).mode, OutputMode::kTotal);
}

TEST(Options, SilentIsQuiet) {
  EXPECT_EQ(ParseGood({"--silent", "p"}).mode, OutputMode::kQuiet);
  EXPECT_EQ(ParseGood({"-q", "p"}).mode, OutputMode::kQuiet);
}

TEST(Options, ChunkSize) {
  EXPECT_EQ(ParseGood({"p"}).chunk_size, std::nullopt);
  EXPECT_EQ(ParseGood({"--chunk-size=64K", "p"}).chunk_size, 64u << 10);
  EXPECT_EQ(ParseGood({"--chunk-size", "1", "p"}).chunk_size, 1u);
  EXPECT_EQ(ParseGood({"--chunk-size", "64M", "p"}).chunk_size, 64u << 20);
}

TEST(Options, Pin) {
  EXPECT_FALSE(ParseGood({"p"}).pin);
  EXPECT_TRUE(ParseGood({"--pin", "p"}).pin);
  EXPECT_EQ(PatternsAndFiles({"--pin", "0", "x"}), "0 / x");
  EXPECT_EQ(ParseGood({"--pin=0,2-3", "p"}).pin_cpus, (std::vector<int>{0, 2, 3}));
}

TEST(Options, InputOutputMode) {
  EXPECT_EQ(ParseGood({"--io=on", "p"}).io, IoMode::kOn);
  EXPECT_EQ(ParseGood({"--io", "off", "p"}).io, IoMode::kOff);
  EXPECT_EQ(ParseGood({"--io=auto", "p"}).io, IoMode::kAuto);
}

TEST(Options, HelpAndVersionNeedNoPattern) {
  EXPECT_TRUE(ParseGood({"--help"}).help);
  EXPECT_TRUE(ParseGood({"-V"}).version);
}

TEST(Options, PatternsOfAFile) {
  const UniqueFd file = FileHolding("p\n\nq\n");
  const std::string path = absl::StrCat("/proc/self/fd/", file.get());
  EXPECT_EQ(PatternsAndFiles({"-f", path, "x"}), "p  q / x");
  EXPECT_EQ(PatternsAndFiles({"-f" + path, "-e", "r", "x"}), "p  q r / x");
  EXPECT_EQ(PatternsAndFiles({"--file", path, "x"}), "p  q / x");
}

TEST(Options, EmptyPatternFileHoldsNoPattern) {
  EXPECT_EQ(ParseGood({"-f", "/dev/null", "x"}).patterns.size(), 0u);
}

TEST(OptionsError, PatternFileThatCannotBeReadIsNamed) {
  const absl::Status status = Parse({"-f", "/nonexistent/file", "x"}).status();
  EXPECT_NE(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "/nonexistent/file: No such file or directory");
  EXPECT_EQ(Parse({"-f", "/", "x"}).status().message(), "/: Is a directory");
}

TEST(OptionsError, WrongCommandLines) {
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"-c"},
      {"-e"},
      {"--bogus", "p"},
      {"-W", "p"},
      {"-m", "x", "p"},
      {"-m", "", "p"},
      {"-m"},
      {"-p0", "p"},
      {"-p-1", "p"},
      {"-p1025", "p"},
      {"-pp"},
      {"--chunk-size=0", "p"},
      {"--chunk-size=65M", "p"},
      {"--chunk-size=x", "p"},
      {"--max-memory=0", "p"},
      {"--max-memory=1023K", "p"},
      {"--max-memory=1025G", "p"},
      {"--max-memory=x", "p"},
      {"--max-memory=4K", "--chunk-size=5K", "p"},
      {"--io=maybe", "p"},
      {"--pin=x", "p"},
      {"--count=3", "p"},
      {"--no", "p"},  // --no-filename or --no-messages
  };
  for (const std::vector<std::string>& line : lines) {
    const absl::StatusOr<Options> options = Parse(line);
    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument)
        << absl::StrJoin(line, " ");
    EXPECT_FALSE(options.status().message().empty());
  }
}

TEST(OptionsError, EmptyNumberOfProcesses) { EXPECT_FALSE(Parse({"-p", "", "p"}).ok()); }

TEST(HelpText, NamesEachOption) {
  for (const char* option :
       {"--regexp",    "--file",   "--fixed-strings", "--ignore-case",   "--invert-match",
        "--max-count", "--count",  "--line-number",   "--with-filename", "--no-filename",
        "--quiet",     "--silent", "--no-messages",   "--processes",     "--chunk-size",
        "--io",        "--pin",    "--stats",         "--help",          "--version"}) {
    EXPECT_NE(HelpText().find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace bigscan
