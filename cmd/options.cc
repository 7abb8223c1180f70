#include "cmd/options.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/command_line.h"
#include "cmd/config_options.h"
#include "cmd/group_options.h"
#include "cmd/manifest.h"
#include "cmd/pattern_options.h"
#include "cmd/size.h"
#include "cmd/snapshot_options.h"
#include "cmd/state_options.h"
#include "cmd/text_file.h"
#include "cmd/time_options.h"
#include "cmd/watch_options.h"

namespace bigscan {
namespace {

constexpr uint64_t kMostChunkBytes = uint64_t{64} << 20;
constexpr uint64_t kMostMemory = uint64_t{1} << 40;
constexpr uint32_t kMostWorkers = 1024;

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

uint32_t AllowedCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<uint32_t>(CPU_COUNT(&set));
}

absl::Status ResolveBinaryFiles(const CommandLine& line, Options* options) {
  const CommandLine::Option* option = line.Last({"text", "I", "binary-files"});
  if (option == nullptr) return absl::OkStatus();
  if (option->name == "text" || option->value == "text") {
    options->binary_files = BinaryFiles::kText;
  } else if (option->name == "I" || option->value == "without-match") {
    options->binary_files = BinaryFiles::kWithoutMatch;
  } else if (option->value != "binary") {
    return WrongUse(absl::StrCat("unknown binary-files type '", option->value,
                                 "': binary, text or without-match"));
  }
  return absl::OkStatus();
}

// As in grep, -q outdoes -l and -L, and these -c. What it does not know outdoes nothing. As in ripgrep, -q
// leaves --json its summary.
absl::Status ResolveMode(const CommandLine& line, Options* options) {
  if (line.Has("quiet") || line.Has("silent")) {
    options->quiet = true;
    options->mode = line.Has("json") ? OutputMode::kJson : OutputMode::kQuiet;
  } else if (const auto* list = line.Last({"files-with-matches", "files-without-match"})) {
    options->mode = list->name == "files-with-matches" ? OutputMode::kFilesWithMatches
                                                       : OutputMode::kFilesWithoutMatch;
  } else if (line.Has("total")) {
    options->mode = OutputMode::kTotal;
  } else if (line.Has("tally")) {
    options->mode = OutputMode::kTally;
  } else if (line.Has("count")) {
    options->mode = OutputMode::kCount;
  } else if (line.Has("json")) {
    options->mode = OutputMode::kJson;
  }
  const auto exclude = [&](absl::string_view a, absl::string_view b) {
    return line.Has(a) && line.Has(b)
               ? WrongUse(absl::StrCat("--", a, " and --", b, " can not be used together"))
               : absl::OkStatus();
  };
  for (const auto& [a, b] : std::initializer_list<std::pair<const char*, const char*>>{
           {"json", "count"},
           {"json", "total"},
           {"json", "tally"},
           {"json", "files-with-matches"},
           {"json", "files-without-match"},
           {"json", "only-matching"},
           {"json", "label-pattern"},
           {"tally", "invert-match"},
           {"tally", "total"},
           {"tally", "count"},
           {"label-pattern", "invert-match"}}) {
    if (absl::Status status = exclude(a, b); !status.ok()) return status;
  }
  options->label_pattern = line.Has("label-pattern");
  return absl::OkStatus();
}

// A number of records; those that no one can reach mean no limit.
absl::StatusOr<int64_t> ParseRecords(absl::string_view text, absl::string_view what) {
  int64_t number = 0;
  if (absl::SimpleAtoi(text, &number)) return number;
  const bool negative = !text.empty() && text[0] == '-';
  const absl::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != absl::string_view::npos) {
    return WrongUse(absl::StrCat("invalid ", what, " '", text, "'"));
  }
  return negative ? -1 : std::numeric_limits<int64_t>::max();
}

absl::Status ResolveContext(const CommandLine& line, Options* options) {
  std::optional<uint64_t> both;
  for (const CommandLine::Option& option : line.options()) {
    const bool before = option.name == "before-context";
    const bool after = option.name == "after-context";
    if (!before && !after && option.name != "context") continue;
    absl::StatusOr<int64_t> number = ParseRecords(option.value, "context length");
    if (!number.ok()) return number.status();
    if (*number < 0) {
      return WrongUse(absl::StrCat("invalid context length '", option.value, "'"));
    }
    (before  ? options->before_context
     : after ? options->after_context
             : both) = static_cast<uint64_t>(*number);
  }
  if (!options->before_context.has_value()) options->before_context = both;
  if (!options->after_context.has_value()) options->after_context = both;
  if (const auto* separator = line.Last({"group-separator", "no-group-separator"})) {
    if (separator->name == "group-separator") {
      options->group_separator = separator->value;
    } else {
      options->group_separator.reset();
    }
  }
  return absl::OkStatus();
}

// As grep's should_colorize, and https://no-color.org.
bool TerminalShowsColor(const CommandLine& line) {
  if (line.Has("output")) return false;
  const char* term = getenv("TERM");
  const char* no_color = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && term != nullptr && strcmp(term, "dumb") != 0 &&
         (no_color == nullptr || *no_color == '\0');
}

absl::Status ResolveColor(const CommandLine& line, Options* options) {
  const CommandLine::Option* option = line.Last({"color", "colour"});
  if (option == nullptr) return absl::OkStatus();
  const std::string when = absl::AsciiStrToLower(option->value);
  if (when == "always" || when == "yes" || when == "force") {
    options->color = true;
  } else if (when == "auto" || when == "tty" || when == "if-tty") {
    options->color = TerminalShowsColor(line);
  } else if (when != "never" && when != "no" && when != "none") {
    return WrongUse(
        absl::StrCat("invalid color mode '", option->value, "': auto, always or never"));
  }
  return absl::OkStatus();
}

absl::Status ResolveOutput(const CommandLine& line, Options* options) {
  if (absl::Status status = ResolveMode(line, options); !status.ok()) return status;
  if (absl::Status status = ResolveContext(line, options); !status.ok()) return status;
  if (const auto* option = line.Last({"output"})) {
    options->output = option->value;
    if (options->output.empty()) return WrongUse("--output needs the name of a file");
  }
  if (absl::Status status = ResolveColor(line, options); !status.ok()) return status;
  if (const auto* option = line.Last({"max-count"})) {
    absl::StatusOr<int64_t> most = ParseRecords(option->value, "max count");
    if (!most.ok()) return most.status();
    // Below 0: no limit, as in grep.
    if (*most >= 0) options->max_count = static_cast<uint64_t>(*most);
  }
  if (const auto* option = line.Last({"with-filename", "no-filename"})) {
    options->with_filename = option->name == "with-filename";
  }
  // As ripgrep's messages have it.
  if (options->mode == OutputMode::kJson) options->stdin_label = "<stdin>";
  if (const auto* option = line.Last({"label"})) options->stdin_label = option->value;
  options->only_matching = line.Has("only-matching");
  options->line_number = line.Has("line-number");
  options->byte_offset = line.Has("byte-offset");
  options->initial_tab = line.Has("initial-tab");
  options->null_after_name = line.Has("null");
  options->line_buffered = line.Has("line-buffered");
  options->no_messages = line.Has("no-messages");
  return absl::OkStatus();
}

// Of -r, -R and -d the last one says what becomes of directories, of -r and -R whether to follow links.
absl::Status ResolveDirectories(const CommandLine& line, Options* options) {
  for (const CommandLine::Option& option : line.options()) {
    if (option.name == "recursive" || option.name == "dereference-recursive") {
      options->directories = Directories::kRecurse;
      options->follow_links = option.name == "dereference-recursive";
    } else if (option.name == "directories" && option.value == "recurse") {
      options->directories = Directories::kRecurse;
    } else if (option.name == "directories" && option.value == "skip") {
      options->directories = Directories::kSkip;
    } else if (option.name == "directories" && option.value == "read") {
      options->directories = Directories::kRead;
    } else if (option.name == "directories") {
      return WrongUse(
          absl::StrCat("unknown directories method '", option.value, "': read, skip or recurse"));
    }
  }
  const CommandLine::Option* devices = line.Last({"devices"});
  if (devices == nullptr) return absl::OkStatus();
  if (devices->value == "read") {
    options->devices = Devices::kRead;
  } else if (devices->value == "skip") {
    options->devices = Devices::kSkip;
  } else {
    return WrongUse(absl::StrCat("unknown devices method '", devices->value, "': read or skip"));
  }
  return absl::OkStatus();
}

absl::Status ResolveFiles(const CommandLine& line, std::vector<std::string> arguments,
                          Options* options) {
  options->files = std::move(arguments);
  if (absl::Status status = ResolveDirectories(line, options); !status.ok()) return status;
  for (const CommandLine::Option& option : line.options()) {
    if (option.name == "include" || option.name == "exclude") {
      options->file_rules.push_back({option.value, option.name == "include"});
    } else if (option.name == "exclude-dir") {
      // A trailing slash tells nothing about a directory.
      std::string glob = option.value;
      while (glob.size() > 1 && glob.back() == '/') glob.pop_back();
      options->excluded_dirs.push_back(std::move(glob));
    } else if (option.name == "exclude-from") {
      absl::StatusOr<std::string> contents = ReadTextFile(option.value);
      if (!contents.ok()) return contents.status();
      for (absl::string_view line_of_file : absl::StrSplit(*contents, '\n')) {
        const absl::string_view glob = absl::StripTrailingAsciiWhitespace(line_of_file);
        if (!glob.empty()) options->file_rules.push_back({std::string(glob), false});
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ResolveProcesses(const CommandLine& line, Options* options) {
  options->workers = AllowedCpus();
  if (const auto* option = line.Last({"processes"})) {
    if (!absl::SimpleAtoi(option->value, &options->workers) || options->workers == 0 ||
        options->workers > kMostWorkers) {
      return WrongUse(absl::StrCat("invalid number of processes '", option->value, "'"));
    }
  }
  if (const auto* option = line.Last({"chunk-size"})) {
    options->chunk_size = ParseSize(option->value);
    if (!options->chunk_size.has_value() || *options->chunk_size == 0 ||
        *options->chunk_size > kMostChunkBytes) {
      return WrongUse(absl::StrCat("invalid chunk size '", option->value, "': 1 to 64M"));
    }
  }
  if (const auto* option = line.Last({"max-memory"})) {
    const std::optional<uint64_t> most = ParseSize(option->value);
    const uint64_t least = options->chunk_size.value_or(kUsualBlockBytes);
    if (!most.has_value() || *most < least || *most > kMostMemory) {
      return WrongUse(absl::StrCat("invalid memory size '", option->value, "': a block (", least,
                                   " bytes) to 1T"));
    }
    options->max_memory = *most;
  }
  if (const auto* option = line.Last({"io"})) {
    if (option->value == "on") {
      options->io = IoMode::kOn;
    } else if (option->value == "off") {
      options->io = IoMode::kOff;
    } else if (option->value != "auto") {
      return WrongUse(absl::StrCat("invalid I/O mode '", option->value, "': auto, on or off"));
    }
  }
  if (const auto* option = line.Last({"pin"})) {
    options->pin = true;
    if (option->value != "auto") {
      std::optional<std::vector<int>> cpus = ParseCpuList(option->value);
      if (!cpus.has_value()) {
        return WrongUse(absl::StrCat("invalid list of CPUs '", option->value, "'"));
      }
      options->pin_cpus = *std::move(cpus);
    }
  }
  options->drop_cache = line.Has("drop-cache");
  options->idle = line.Has("idle");
  if (const auto* option = line.Last({"user"})) {
    if (option->value.empty()) return WrongUse("--user needs the name of a user");
    options->user = option->value;
  }
  options->stats = line.Has("stats");
  return absl::OkStatus();
}

// `saved`: instead of the patterns of the command line.
absl::StatusOr<Options> Resolve(const CommandLine& line, const SavedOptions* saved) {
  Options options;
  std::vector<std::string> arguments = line.arguments();
  if (line.Has("null-data")) options.delimiter = '\0';
  options.crlf = line.Has("crlf");
  options.strict = line.Has("strict");
  options.invert = line.Has("invert-match");
  options.cache = !line.Has("no-cache");
  options.decompress = !line.Has("no-decompress");
  if (const auto* option = line.Last({"encoding"})) options.encoding = option->value;
  if (saved != nullptr) options.header_record = saved->header_record;
  for (const absl::Status& status :
       {ResolvePatterns(line, &arguments, saved, &options), ResolveBinaryFiles(line, &options),
        ResolveOutput(line, &options), ResolveFiles(line, std::move(arguments), &options),
        ResolveProcesses(line, &options), ResolveWatching(line, &options)}) {
    if (!status.ok()) return status;
  }
  const absl::StatusOr<RecordTime::Options> time = ResolveRecordTime(line, options);
  if (!time.ok()) return time.status();
  for (const absl::Status& status :
       {ResolveTimeRange(line, *time, &options), ResolveGroups(line, *time, &options)}) {
    if (!status.ok()) return status;
  }
  if (absl::Status status = ResolveSnapshot(line, &options); !status.ok()) return status;
  if (absl::Status status = ResolveState(line, &options); !status.ok()) return status;
  return options;
}

}  // namespace

absl::StatusOr<Options> ParseOptions(int argc, char** argv) {
  absl::StatusOr<CommandLine> line = CommandLine::Parse(argc, argv);
  if (!line.ok()) return line.status();
  Options options;
  options.help = line->Has("help");
  options.version = line->Has("version");
  if (options.help || options.version) return options;
  if (line->Has("merge")) return MergeOptions(*line);
  if (line->Has("manifest")) return ManifestOptions(*line);
  const auto resolve = [](const CommandLine& whole) { return Resolve(whole, nullptr); };
  return line->Has("config") ? ResolveConfig(*line, resolve) : resolve(*line);
}

std::string OriginOf(const Options& options, absl::string_view name) {
  const auto found = std::find_if(options.origins.rbegin(), options.origins.rend(),
                                  [name](const auto& origin) { return origin.first == name; });
  return found == options.origins.rend() ? std::string() : found->second;
}

std::vector<const Options*> JobsOf(const Options& options) {
  std::vector<const Options*> jobs;
  for (const std::shared_ptr<const Options>& job : options.jobs) jobs.push_back(job.get());
  if (jobs.empty()) jobs.push_back(&options);
  return jobs;
}

absl::StatusOr<Options> ParseSavedOptions(const SavedOptions& saved, const CommandLine* scanning) {
  std::vector<std::string> words = saved.result_words;
  std::vector<char*> argv = {nullptr};
  for (std::string& word : words) argv.push_back(word.data());
  absl::StatusOr<CommandLine> line = CommandLine::Parse(static_cast<int>(argv.size()), argv.data());
  if (!line.ok()) return line.status();
  if (!HasOnlyResultWords(*line)) return WrongUse("options that no snapshot has");
  if (scanning != nullptr) line->Append(*scanning);
  return Resolve(*line, &saved);
}

}  // namespace bigscan
