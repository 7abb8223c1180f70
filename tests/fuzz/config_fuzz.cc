// A configuration file holds what a naive splitter finds in it: each line is the option that the command line
// would make of its name and value, and a file that is refused is refused for its first wrong line. Of several
// sections, what is nearer outdoes what is farther off; and a file without sections resolves to what the same words
// on the command line do.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "cmd/config_file.h"
#include "cmd/config_options.h"
#include "cmd/options.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

using Option = CommandLine::Option;

absl::StatusOr<CommandLine> ParseWords(std::vector<std::string> words) {
  words.insert(words.begin(), "bigscan");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return CommandLine::Parse(static_cast<int>(words.size()), argv.data());
}

absl::StatusOr<Options> ParseWhole(std::vector<std::string> words) {
  words.insert(words.begin(), "bigscan");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return ParseOptions(static_cast<int>(words.size()), argv.data());
}

// --- The naive reader ---

struct NaiveSection {
  std::string name;
  size_t line;
  std::vector<std::vector<std::string>> words = {};  // of each option on a command line
  std::vector<Option> options = {};
};

struct NaiveConfig {
  size_t wrong_line = 0;  // the first one, from 1
  std::vector<std::string> inputs;
  std::vector<NaiveSection> sections = {
      {.name = "", .line = 0}};  // the first one is what stands before
};

std::string Stripped(const std::string& text) {
  constexpr char kSpaces[] = " \t\n\v\f\r";
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

// The words for an option, or for none if it is switched off. False if it is wrong.
bool FindWords(const std::string& name, bool has_value, const std::string& value,
               std::vector<std::string>* words) {
  static const std::set<std::string> on = {"", "1", "on", "true", "yes"};
  static const std::set<std::string> off = {"0", "off", "false", "no"};
  static const std::set<std::string> barred = {"config", "help",     "version",
                                               "merge",  "manifest", "write-manifest"};
  if (name.empty() || barred.contains(name)) return false;
  // An option that takes none refuses a value, and only that.
  const bool is_flag = !ParseWords({"--" + name + "=x"}).ok() && ParseWords({"--" + name}).ok();
  if (is_flag) {
    const std::string word = absl::AsciiStrToLower(value);
    if (off.contains(word)) return true;
    if (!on.contains(word)) return false;
    words->push_back("--" + name);
    return true;
  }
  // Those whose value is optional take no other word for it.
  static const std::set<std::string> optional = {"color", "colour", "pin", "progress"};
  words->push_back("--" + name);
  if (!has_value) return true;
  if (optional.contains(name)) {
    words->back() += "=" + value;
  } else {
    words->push_back(value);
  }
  return true;
}

NaiveConfig ReadNaively(const std::string& text, const std::string& path) {
  NaiveConfig config;
  size_t number = 0;
  const size_t first = absl::StartsWith(text, "\xef\xbb\xbf") ? 3 : 0;  // an editor's mark
  for (size_t begin = first; begin <= text.size(); ++number) {
    const size_t end = std::min(text.size(), text.find('\n', begin));
    const std::string line = Stripped(text.substr(begin, end - begin));
    begin = end + 1;
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    config.wrong_line = number + 1;  // unless all goes well
    if (line.find('\0') != std::string::npos) return config;
    if (line[0] == '[') {
      if (line.substr(0, 4) != "[job" || line.back() != ']' || line.size() < 6) return config;
      const std::string name = line.substr(4, line.size() - 5);
      if (Stripped(name[0] + std::string("x")) != "x" || Stripped(name).empty()) return config;
      for (const NaiveSection& section : config.sections) {
        if (section.name == Stripped(name)) return config;
      }
      config.sections.push_back({.name = Stripped(name), .line = number + 1});
      config.wrong_line = 0;
      continue;
    }
    const size_t equals = line.find('=');
    const bool has_value = equals != std::string::npos;
    const std::string name = Stripped(line.substr(0, equals));
    std::string value = has_value ? Stripped(line.substr(equals + 1)) : "";
    if (value.size() > 1 && value[0] == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (name == "input") {
      if (value.empty() || config.sections.size() > 1) return config;
      config.inputs.push_back(value);
      config.wrong_line = 0;
      continue;
    }
    std::vector<std::string> words;
    if (!FindWords(name, has_value, value, &words)) return config;
    if (!words.empty()) {
      const absl::StatusOr<CommandLine> parsed = ParseWords(words);
      if (!parsed.ok() || parsed->options().size() != 1 || !parsed->arguments().empty()) {
        return config;
      }
      Option option = parsed->options()[0];
      // Not abbreviated; this one has two spellings.
      if (option.name != name && name != "colour") return config;
      option.origin = absl::StrCat(path, ":", number + 1, ": ");
      config.sections.back().options.push_back(option);
      config.sections.back().words.push_back(words);
    }
    config.wrong_line = 0;
  }
  return config;
}

std::string Show(const std::vector<Option>& options) {
  return absl::StrJoin(options, "\n", [](std::string* out, const Option& option) {
    absl::StrAppend(out, option.origin, option.name, "=", option.value);
  });
}

// What goes for all jobs stands before them: which options those are, the reader's table tells alone.
bool IsOutOfPlace(const absl::Status& status) {
  return absl::StrContains(status.message(), "goes for all jobs");
}

// Of a message that begins with a place in the file: the line; otherwise 0.
size_t LineOf(absl::string_view message, const std::string& path) {
  if (!absl::ConsumePrefix(&message, path + ":")) return 0;
  size_t line = 0;
  while (!message.empty() && absl::ascii_isdigit(static_cast<unsigned char>(message[0]))) {
    line = 10 * line + static_cast<size_t>(message[0] - '0');
    message.remove_prefix(1);
  }
  return absl::StartsWith(message, ": ") ? line : 0;
}

// Whether it holds just what the naive reader finds.
bool CheckFile(const NaiveConfig& naive, const std::string& path) {
  const absl::StatusOr<ConfigFile> config = ReadConfigFile(path);
  if (!config.ok()) {
    const size_t line = LineOf(config.status().message(), path);
    EXPECT_GT(line, 0u) << config.status();
    if (IsOutOfPlace(config.status())) {
      EXPECT_TRUE(naive.wrong_line == 0 || naive.wrong_line >= line) << naive.wrong_line;
      EXPECT_GT(naive.sections.size(), 1u);
    } else {
      EXPECT_EQ(line, naive.wrong_line) << config.status();
    }
    return false;
  }
  EXPECT_EQ(naive.wrong_line, 0u);
  EXPECT_EQ(config->inputs, naive.inputs);
  EXPECT_EQ(Show(config->common.options()), Show(naive.sections[0].options));
  EXPECT_EQ(config->jobs.size() + 1, naive.sections.size());
  for (size_t i = 0; i < config->jobs.size(); ++i) {
    EXPECT_EQ(config->jobs[i].name, naive.sections[i + 1].name);
    EXPECT_EQ(config->jobs[i].origin, absl::StrCat(path, ":", naive.sections[i + 1].line, ": "));
    EXPECT_EQ(Show(config->jobs[i].options.options()), Show(naive.sections[i + 1].options));
  }
  return true;
}

// --- What outdoes what ---

// Options of which only those of the nearest level count.
std::string KindOf(const std::string& name) {
  static const std::set<std::string> patterns = {"regexp", "file"};
  static const std::set<std::string> modes = {
      "count", "total",  "tally", "files-with-matches", "files-without-match",
      "quiet", "silent", "json"};
  return patterns.contains(name) ? "a pattern" : modes.contains(name) ? "a mode" : name;
}

// The levels from the farthest to the nearest.
std::vector<Option> JoinNaively(const std::vector<std::vector<Option>>& levels) {
  std::map<std::string, size_t> nearest;
  for (size_t level = 0; level < levels.size(); ++level) {
    for (const Option& option : levels[level]) nearest[KindOf(option.name)] = level;
  }
  const auto has = [&nearest](const char* name) { return nearest.contains(name); };
  const bool makes_table = has("by") || has("agg") || has("every");
  const bool reads_fields = makes_table || has("since") || has("until");
  static const std::set<std::string> of_fields = {"fields", "time-format", "time-zone", "strict"};
  static const std::set<std::string> of_tables = {"top", "sort", "format"};
  std::vector<Option> joined;
  for (size_t level = 0; level < levels.size(); ++level) {
    for (const Option& option : levels[level]) {
      if (nearest[KindOf(option.name)] != level) continue;
      // What is common to jobs goes only to those that it has to do with.
      const bool is_common = level == 0 && levels.size() == 3;
      if (is_common && of_fields.contains(option.name) && !reads_fields) continue;
      if (is_common && of_tables.contains(option.name) && !makes_table) continue;
      joined.push_back(option);
    }
  }
  return joined;
}

// Has each job resolved, by something that keeps what it is given. One of the options may be wrong: then it is blamed.
void CheckJobs(const NaiveConfig& naive, const std::string& path, const CommandLine& given,
               size_t wrong) {
  std::vector<std::vector<Option>> expected;
  const size_t first = naive.sections.size() > 1 ? 1 : 0;
  for (size_t i = first; i < naive.sections.size(); ++i) {
    std::vector<std::vector<Option>> levels = {naive.sections[0].options, given.options()};
    if (first > 0) levels.insert(levels.begin() + 1, naive.sections[i].options);
    expected.push_back(JoinNaively(levels));
  }
  std::string bad;    // the value that makes an option a wrong one
  std::string place;  // none of what the command line says
  if (!expected[0].empty()) {
    const Option& option = expected[0][wrong % expected[0].size()];
    bad = absl::StrCat(option.name, "=", option.value);
    const auto same = [&](const Option& other) {
      return other.name == option.name && other.value == option.value;
    };
    place = option.origin;
    if (std::count_if(expected[0].begin(), expected[0].end(), same) > 1) bad.clear();
  }
  CommandLine line = given;
  line.Append({.name = "config", .value = path});
  for (const bool fails : {false, true}) {
    if (fails && bad.empty()) continue;
    std::vector<std::string> seen;
    const absl::StatusOr<Options> resolved =
        ResolveConfig(line, [&](const CommandLine& whole) -> absl::StatusOr<Options> {
          seen.push_back(Show(whole.options()));
          for (const Option& option : whole.options()) {
            if (!fails || absl::StrCat(option.name, "=", option.value) != bad) continue;
            return absl::InvalidArgumentError("this one is wrong");
          }
          Options options;
          options.mode = OutputMode::kTotal;
          return options;
        });
    if (fails) {
      EXPECT_FALSE(resolved.ok());
      EXPECT_EQ(resolved.status().message(), place + "this one is wrong");
      continue;
    }
    EXPECT_TRUE(resolved.ok()) << resolved.status();
    EXPECT_EQ(seen.size(), expected.size());
    for (size_t i = 0; i < seen.size() && i < expected.size(); ++i) {
      EXPECT_EQ(seen[i], Show(expected[i]));
    }
  }
}

// --- The same on the command line ---

std::string Digest(const Options& options) {
  std::string digest = absl::StrCat(
      options.invert, static_cast<int>(options.delimiter), options.pcre, options.crlf,
      options.quiet, " ", static_cast<int>(options.binary_files), options.encoding,
      options.decompress, options.cache, " ", static_cast<int>(options.mode),
      options.max_count.value_or(~0ull), " ", options.only_matching, options.line_number,
      options.byte_offset, options.label_pattern, " ", options.before_context.value_or(~0ull), " ",
      options.after_context.value_or(~0ull), " ", options.group_separator.value_or("none"),
      options.color, " ", options.stdin_label, " ");
  for (const Pattern& pattern : options.patterns) {
    absl::StrAppend(&digest, "[", pattern.text, "]", pattern.fixed, pattern.caseless,
                    pattern.whole_word, pattern.whole_record, pattern.unicode);
  }
  absl::StrAppend(&digest, " ", absl::StrJoin(options.files, "|"), " ", options.workers, " ",
                  options.chunk_size.value_or(0), " ", options.max_memory, " ", options.pin,
                  absl::StrJoin(options.pin_cpus, ","), options.idle, options.drop_cache,
                  options.stats, options.user, " ", options.timeout_us, " ", options.state, " ",
                  options.shard, "/", options.shards, " ",
                  options.groups == nullptr ? 0 : options.groups->keys.size());
  return digest;
}

// What is read from other files, or from the clock, is left out.
bool IsSelfContained(const NaiveConfig& naive) {
  static const std::set<std::string> others = {"file",  "exclude-from", "output", "partial",
                                               "since", "until",        "state"};
  const std::vector<Option>& options = naive.sections[0].options;
  return std::none_of(options.begin(), options.end(),
                      [](const Option& option) { return others.contains(option.name); });
}

void CheckOptions(const NaiveConfig& naive, const std::string& path) {
  const NaiveSection& all = naive.sections[0];
  std::vector<std::string> words;
  bool takes_files = false;
  for (size_t i = 0; i < all.options.size(); ++i) {
    words.insert(words.end(), all.words[i].begin(), all.words[i].end());
    const std::string& name = all.options[i].name;
    takes_files |= name == "regexp" || name == "by" || name == "agg" || name == "every";
  }
  if (!takes_files && !naive.inputs.empty()) return;  // the first would be the pattern
  words.push_back("--");
  words.insert(words.end(), naive.inputs.begin(), naive.inputs.end());
  const absl::StatusOr<Options> expected = ParseWhole(words);
  const absl::StatusOr<Options> options = ParseWhole({"--config", path});
  EXPECT_EQ(options.ok(), expected.ok()) << options.status() << expected.status();
  if (options.ok() && expected.ok()) {
    EXPECT_EQ(Digest(*options), Digest(*expected));
    return;
  }
  absl::string_view message = options.status().message();
  if (const size_t line = LineOf(message, path); line > 0) {
    EXPECT_TRUE(absl::ConsumePrefix(&message, absl::StrCat(path, ":", line, ": ")));
    const std::string place = absl::StrCat(path, ":", line, ": ");
    EXPECT_TRUE(std::any_of(all.options.begin(), all.options.end(), [&](const Option& option) {
      return option.origin == place;
    })) << options.status();
  }
  EXPECT_EQ(message, expected.status().message());
}

// What the command line may say besides.
const std::vector<std::vector<std::string>>& Given() {
  static const std::vector<std::vector<std::string>> given = {
      {},          {"-e", "p"},       {"--count"},           {"--by=1", "--top=3"},
      {"--tally"}, {"--since=1d"},    {"-i", "--agg=count"}, {"--fields=csv"},
      {"-A1"},     {"--include=*.c"}, {"-f", "patterns"},    {"--json"}};
  return given;
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const CommandLine given = ParseWords(Given()[input.Below(Given().size())]).value();
  const size_t wrong = input.Byte();
  const std::string text(input.rest());
  const UniqueFd fd = FileHolding(text);
  const std::string path = absl::StrCat("/proc/self/fd/", fd.get());
  const NaiveConfig naive = ReadNaively(text, path);
  if (!CheckFile(naive, path)) return 0;
  CheckJobs(naive, path, given, wrong);
  if (naive.sections.size() == 1 && IsSelfContained(naive)) CheckOptions(naive, path);
  return 0;
}
