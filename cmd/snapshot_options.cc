#include "cmd/snapshot_options.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace bigscan {
namespace {

constexpr uint32_t kMostShards = 100'000;

// Of a group-by job; of those that are no lists, the last one counts.
constexpr std::pair<const char*, bool> kGroupOptions[] = {
    {"by", true},      {"agg", true},         {"every", false},
    {"fields", false}, {"time-format", true}, {"time-zone", false},
    {"top", false},    {"sort", false},       {"format", false}};

constexpr const char* kOtherOptions[] = {"count",
                                         "total",
                                         "tally",
                                         "quiet",
                                         "files-with-matches",
                                         "files-without-match",
                                         "fixed-strings",
                                         "ignore-case",
                                         "word-regexp",
                                         "line-regexp",
                                         "unicode",
                                         "invert-match",
                                         "null-data",
                                         "crlf",
                                         "binary-files",
                                         "encoding",
                                         "no-decompress",
                                         "max-count",
                                         "only-matching",
                                         "line-number",
                                         "byte-offset",
                                         "label-pattern",
                                         "initial-tab",
                                         "null",
                                         "before-context",
                                         "after-context",
                                         "group-separator",
                                         "no-group-separator",
                                         "with-filename",
                                         "no-filename",
                                         "strict",
                                         "since",
                                         "until"};

// What is known of a record only with all before it in its file, or of a file only with all of it.
constexpr std::pair<const char*, const char*> kWholeFiles[] = {
    {"max-count", "how many are selected before"},
    {"after-context", "what stands around"},
    {"before-context", "what stands around"},
    {"context", "what stands around"},
    {"json", "the number of a record"}};

// What --merge lets one change.
constexpr const char* kReportOptions[] = {"top", "sort", "format"};

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

absl::Status ResolveShard(const CommandLine& line, Options* options) {
  const CommandLine::Option* option = line.Last({"shard"});
  if (option == nullptr) return absl::OkStatus();
  const std::vector<std::string> parts = absl::StrSplit(option->value, '/');
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &options->shard) ||
      !absl::SimpleAtoi(parts[1], &options->shards) || options->shards > kMostShards ||
      options->shard == 0 || options->shard > options->shards) {
    return WrongUse(
        absl::StrCat("invalid shard '", option->value, "': I/N, 1 <= I <= N <= ", kMostShards));
  }
  return absl::OkStatus();
}

// Whether shares of what is asked for can be put together.
absl::Status CheckShares(const CommandLine& line, const Options& options) {
  for (const auto& [name, what] : kWholeFiles) {
    if (line.Has(name)) {
      return WrongUse(absl::StrCat("--", name, " and --shard can not be used together: ", what,
                                   " is not known in a share"));
    }
  }
  if (options.binary_files == BinaryFiles::kWithoutMatch) {
    return WrongUse(
        "-I and --shard can not be used together: whether a file is binary is not known in a "
        "share");
  }
  for (const char* name : {"files-without-match", "line-number"}) {
    if (line.Has(name) && options.partial.empty()) {
      return WrongUse(
          absl::StrCat("--", name, " and --shard need --partial: a share is not all of a file"));
    }
  }
  return absl::OkStatus();
}

void AddWord(bool is_given, const char* word, std::vector<std::string>* words) {
  if (is_given) words->push_back(absl::StrCat("--", word));
}

template <typename Value>
void AddValue(const char* name, const std::optional<Value>& value,
              std::vector<std::string>* words) {
  if (value.has_value()) words->push_back(absl::StrCat("--", name, "=", *value));
}

void AddGroupWords(const CommandLine& line, std::vector<std::string>* words) {
  for (const auto& [name, is_list] : kGroupOptions) {
    const std::vector<std::string> values = line.Values(name);
    const size_t first = is_list || values.empty() ? 0 : values.size() - 1;
    for (size_t i = first; i < values.size(); ++i) {
      words->push_back(absl::StrCat("--", name, "=", values[i]));
    }
  }
}

// Relative ones as what they were at the beginning of the run.
void AddTimeWords(const Options& options, std::vector<std::string>* words) {
  // Beyond the years that a time can be written with, nothing has a time.
  constexpr int64_t kFirst = -62'167'219'200'000'000;
  constexpr int64_t kLast = 253'402'300'799'000'000;
  const TimeRange all;
  const TimeRange& range = options.times->range;
  if (range.since != all.since)
    words->push_back("--since=" + FormatTime(std::clamp(range.since, kFirst, kLast)));
  if (range.until != all.until)
    words->push_back("--until=" + FormatTime(std::clamp(range.until, kFirst, kLast)));
}

const char* ModeOption(OutputMode mode) {
  switch (mode) {
    case OutputMode::kCount:
      return "count";
    case OutputMode::kTotal:
      return "total";
    case OutputMode::kTally:
      return "tally";
    case OutputMode::kQuiet:
      return "quiet";
    case OutputMode::kFilesWithMatches:
      return "files-with-matches";
    case OutputMode::kFilesWithoutMatch:
      return "files-without-match";
    case OutputMode::kRecords:
    case OutputMode::kJson:
    case OutputMode::kGroups:
      break;
  }
  return "";
}

}  // namespace

const char* JobName(OutputMode mode) {
  if (mode == OutputMode::kRecords) return "records";
  if (mode == OutputMode::kJson) return "json";
  return mode == OutputMode::kGroups ? "groups" : ModeOption(mode);
}

absl::Status ResolveSnapshot(const CommandLine& line, Options* options) {
  if (const auto* option = line.Last({"partial", "write-manifest"})) {
    options->partial = option->value;
    if (options->partial.empty()) {
      return WrongUse(absl::StrCat("--", option->name, " needs the name of a file"));
    }
    if (!options->output.empty()) {
      return WrongUse(absl::StrCat(
          "--", option->name, " and --output can not be used together: ", "nothing is put out"));
    }
    options->writes_manifest = line.Has("write-manifest");
    if (options->writes_manifest && (line.Has("partial") || line.Has("shard"))) {
      return WrongUse(absl::StrCat("--", line.Has("shard") ? "shard" : "partial",
                                   " and --write-manifest can not be used together: a manifest is "
                                   "that of all shares"));
    }
    if (options->mode == OutputMode::kJson) {
      return WrongUse(
          "--json and --partial can not be used together: it tells how long a scan took");
    }
    const CommandLine::Option* color = line.Last({"color", "colour"});
    if (options->color && color->value != "auto") {
      return WrongUse("--color and --partial can not be used together");
    }
    options->color = false;
  }
  if (absl::Status status = ResolveShard(line, options); !status.ok()) return status;
  if (options->shards > 1 || options->writes_manifest) {
    if (absl::Status status = CheckShares(line, *options); !status.ok()) return status;
  }
  if (!options->partial.empty()) options->result_words = ResultWords(line, *options);
  return absl::OkStatus();
}

absl::StatusOr<Options> MergeOptions(const CommandLine& line) {
  Options options;
  options.merge = true;
  options.files = line.arguments();
  for (const CommandLine::Option& option : line.options()) {
    if (option.name == "merge") continue;
    if (option.name == "output" || option.name == "partial") {
      (option.name == "output" ? options.output : options.partial) = option.value;
      if (option.value.empty()) {
        return WrongUse(absl::StrCat("--", option.name, " needs the name of a file"));
      }
      continue;
    }
    if (std::find(std::begin(kReportOptions), std::end(kReportOptions), option.name) ==
        std::end(kReportOptions)) {
      return WrongUse(absl::StrCat("--", option.name, " and --merge can not be used together: ",
                                   "the snapshots tell what was asked for"));
    }
    options.result_words.push_back(absl::StrCat("--", option.name, "=", option.value));
  }
  if (options.files.empty()) return WrongUse("--merge needs the names of snapshots");
  if (!options.partial.empty()) {
    for (const CommandLine::Option& option : line.options()) {
      if (option.name == "merge" || option.name == "partial") continue;
      return WrongUse(absl::StrCat("--", option.name,
                                   " and --merge --partial can not be used together: nothing is "
                                   "put out"));
    }
  }
  return options;
}

std::vector<std::string> ResultWords(const CommandLine& line, const Options& options) {
  std::vector<std::string> words;
  const bool is_groups = options.mode == OutputMode::kGroups;
  if (const char* mode = ModeOption(options.mode); *mode != '\0') AddWord(true, mode, &words);
  if (!options.patterns.empty()) {
    const Pattern& pattern = options.patterns.front();
    AddWord(pattern.fixed, "fixed-strings", &words);
    AddWord(pattern.caseless, "ignore-case", &words);
    AddWord(pattern.whole_word, "word-regexp", &words);
    AddWord(pattern.whole_record, "line-regexp", &words);
    AddWord(pattern.unicode, "unicode", &words);
  }
  AddWord(options.invert, "invert-match", &words);
  AddWord(options.delimiter == '\0', "null-data", &words);
  AddWord(options.crlf, "crlf", &words);
  AddWord(options.binary_files == BinaryFiles::kText && !is_groups, "binary-files=text", &words);
  AddWord(options.binary_files == BinaryFiles::kWithoutMatch, "binary-files=without-match", &words);
  if (options.encoding != "auto") words.push_back(absl::StrCat("--encoding=", options.encoding));
  AddWord(!options.decompress, "no-decompress", &words);
  AddValue("max-count", options.max_count, &words);
  AddWord(options.null_after_name, "null", &words);
  if (options.mode == OutputMode::kRecords) {
    AddWord(options.only_matching, "only-matching", &words);
    AddWord(options.line_number, "line-number", &words);
    AddWord(options.byte_offset, "byte-offset", &words);
    AddWord(options.label_pattern, "label-pattern", &words);
    AddWord(options.initial_tab, "initial-tab", &words);
    AddValue("before-context", options.before_context, &words);
    AddValue("after-context", options.after_context, &words);
    if (options.before_context.value_or(0) + options.after_context.value_or(0) > 0) {
      AddWord(!options.group_separator.has_value(), "no-group-separator", &words);
      AddValue("group-separator", options.group_separator, &words);
    }
  }
  if (is_groups || options.times.has_value()) {
    AddGroupWords(line, &words);
    AddWord(options.strict, "strict", &words);
  }
  if (options.times.has_value()) AddTimeWords(options, &words);
  return words;
}

bool HasOnlyResultWords(const CommandLine& line) {
  const auto is_known = [](const CommandLine::Option& option) {
    return std::any_of(std::begin(kOtherOptions), std::end(kOtherOptions),
                       [&option](const char* name) { return option.name == name; }) ||
           std::any_of(std::begin(kGroupOptions), std::end(kGroupOptions),
                       [&option](const auto& known) { return option.name == known.first; });
  };
  return line.arguments().empty() &&
         std::all_of(line.options().begin(), line.options().end(), is_known);
}

}  // namespace bigscan
