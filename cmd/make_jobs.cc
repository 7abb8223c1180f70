#include "cmd/make_jobs.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/message.h"
#include "cmd/state_options.h"
#include "jobs/colors.h"
#include "jobs/count.h"
#include "jobs/grep.h"
#include "jobs/group_by.h"
#include "jobs/json_format.h"
#include "jobs/tally.h"
#include "jobs/text_format.h"
#include "jobs/timeless.h"

namespace bigscan {
namespace {

absl::string_view Environment(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<Colors> ColorsFor(const Options& options) {
  if (!options.color) return std::nullopt;
  const absl::string_view old = Environment("GREP_COLOR");
  bool used_old = false;
  Colors colors = Colors::Parse(Environment("GREP_COLORS"), old, &used_old);
  if (used_old) {
    PrintMessage(absl::StrCat("warning: GREP_COLOR='", old,
                              "' is deprecated; use GREP_COLORS='mt=", old, "'"));
  }
  return colors;
}

BinaryData BinaryFor(const Options& options) {
  return options.binary_files == BinaryFiles::kWithoutMatch ? BinaryData::kVoid : BinaryData::kHide;
}

std::vector<std::string> Texts(const std::vector<Pattern>& patterns) {
  std::vector<std::string> texts;
  for (const Pattern& pattern : patterns) texts.push_back(pattern.text);
  return texts;
}

// With -r, a single operand decides by what it is.
bool MayShowNames(const Options& options) {
  if (options.with_filename.has_value()) return *options.with_filename;
  if (options.files.size() > 1 || options.directories != Directories::kRecurse)
    return options.files.size() > 1;
  std::error_code error;
  return options.files.empty() || std::filesystem::is_directory(options.files[0], error);
}

std::unique_ptr<Job> MakeGrepJob(const Options& options, MatchLocator* locator) {
  GrepOptions grep{.context = {.before = options.before_context,
                               .after = options.after_context,
                               .max_selected = options.max_count},
                   .group_separator = {},
                   .binary = BinaryFor(options),
                   .delimiter = options.delimiter,
                   .summary_only = options.quiet};
  if (options.mode == OutputMode::kJson) {
    return std::make_unique<GrepJob>(
        grep, std::make_unique<JsonFormat>(JsonOptions{.invert = options.invert,
                                                       .delimiter = options.delimiter,
                                                       .crlf = options.crlf},
                                           locator));
  }
  TextOptions text{.names = MayShowNames(options),
                   .numbers = options.line_number,
                   .offsets = options.byte_offset,
                   .label = options.label_pattern,
                   .initial_tab = options.initial_tab,
                   .null_after_name = options.null_after_name,
                   .only_matching = options.only_matching,
                   .invert = options.invert,
                   .delimiter = options.delimiter,
                   .crlf = options.crlf,
                   .colors = ColorsFor(options),
                   .labels = Texts(options.patterns)};
  // To grep no pattern at all is the pattern '' with the opposite of -v, which `rv` goes by.
  if (options.patterns.empty() && text.colors.has_value()) {
    text.colors->swap_lines_if_inverted = false;
  }
  if (options.group_separator.has_value()) {
    const Color color = text.colors.value_or(Colors()).separator;
    AppendColored(*options.group_separator, color, &grep.group_separator);
    grep.group_separator += '\n';  // also with -z
  }
  return std::make_unique<GrepJob>(grep, std::make_unique<TextFormat>(text, locator));
}

std::unique_ptr<Job> MakeCountJob(const Options& options, CountOptions::Print print) {
  return std::make_unique<CountJob>(CountOptions{.print = print,
                                                 .max_count = options.max_count,
                                                 .binary = BinaryFor(options),
                                                 .null_after_name = options.null_after_name,
                                                 .colors = ColorsFor(options).value_or(Colors())});
}

absl::StatusOr<std::unique_ptr<Job>> MakeGroupByJob(const Options& options,
                                                    std::optional<int64_t> now_us) {
  GroupSpec spec = *options.groups;
  spec.time.now = now_us.value_or(spec.time.now);
  if (!options.partial.empty() || Accumulates(options)) {  // all groups, in the order of their keys
    spec.sort.reset();
    spec.top.reset();
  }
  return GroupByJob::Create(spec);
}

absl::StatusOr<std::unique_ptr<Job>> MakeJob(const Options& options, MatchLocator* locator,
                                             std::optional<int64_t> now_us) {
  switch (options.mode) {
    case OutputMode::kRecords:
    case OutputMode::kJson:
      break;
    case OutputMode::kCount:
      return MakeCountJob(options, CountOptions::Print::kCount);
    case OutputMode::kTotal:
      return MakeCountJob(options, CountOptions::Print::kTotal);
    case OutputMode::kTally:
      return std::make_unique<TallyJob>(TallyOptions{.patterns = Texts(options.patterns),
                                                     .max_count = options.max_count,
                                                     .binary = BinaryFor(options)});
    case OutputMode::kGroups:
      return MakeGroupByJob(options, now_us);
    case OutputMode::kFilesWithMatches:
      return MakeCountJob(options, CountOptions::Print::kNamesWithMatches);
    case OutputMode::kFilesWithoutMatch:
      return MakeCountJob(options, CountOptions::Print::kNamesWithoutMatch);
    case OutputMode::kQuiet:
      return MakeCountJob(options, CountOptions::Print::kNothing);
  }
  return MakeGrepJob(options, locator);
}

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<Job>>> MakeJobs(const Options& options,
                                                           MatchLocator* locator,
                                                           std::optional<int64_t> now_us) {
  absl::StatusOr<std::unique_ptr<Job>> job = MakeJob(options, locator, now_us);
  if (!job.ok()) return job.status();
  std::vector<std::unique_ptr<Job>> jobs;
  jobs.push_back(*std::move(job));
  return jobs;
}

std::unique_ptr<Job> MakeTimelessJob(const Options& options, const TimeFilter& filter) {
  // Where a record that is not shown ends the search, nothing behind it may be told.
  const bool shows = options.mode == OutputMode::kRecords || options.mode == OutputMode::kJson;
  return std::make_unique<TimelessJob>(
      filter,
      TimelessOptions{.max_count = MostSelected(options),
                      .in_binary = !shows && options.binary_files != BinaryFiles::kWithoutMatch,
                      .strict = options.strict});
}

bool MaySkipOtherTimes(const Options& options) {
  const bool counts_records = options.line_number || options.mode == OutputMode::kJson;
  const bool has_context =
      options.before_context.value_or(0) > 0 || options.after_context.value_or(0) > 0;
  return options.times.has_value() && options.shards == 1 && options.state.empty() &&
         !options.strict && !counts_records && !has_context;
}

std::optional<uint64_t> MostSelected(const Options& options) {
  switch (options.mode) {
    case OutputMode::kQuiet:
    case OutputMode::kFilesWithMatches:
    case OutputMode::kFilesWithoutMatch:
      return 1;
    default:
      return options.max_count;
  }
}

bool NeedsPatterns(const Options& options) {
  if (options.mode == OutputMode::kGroups) {
    const std::vector<GroupSpec::Key>& keys = options.groups->keys;
    return std::any_of(keys.begin(), keys.end(), [](const GroupSpec::Key& key) {
      return key.kind == GroupSpec::Key::Kind::kPattern;
    });
  }
  return options.mode == OutputMode::kTally ||
         (options.mode == OutputMode::kRecords && options.label_pattern);
}

bool MayEndSoon(const Options& options) {
  const std::vector<const Options*> jobs = JobsOf(options);
  return std::all_of(jobs.begin(), jobs.end(),
                     [](const Options* job) { return MostSelected(*job).has_value(); });
}

bool SelectsNothing(const Options& options) {
  if (!options.jobs.empty() || !options.output.empty()) return false;
  switch (options.mode) {
    case OutputMode::kFilesWithoutMatch:
    case OutputMode::kJson:
    case OutputMode::kTally:
    case OutputMode::kGroups:
    case OutputMode::kTotal:
      return false;  // there is something to be said all the same
    default:
      break;
  }
  if (options.max_count == 0) return true;
  if (options.patterns.empty()) return !options.invert;
  return options.invert &&
         std::all_of(options.patterns.begin(), options.patterns.end(), [](const Pattern& pattern) {
           return pattern.text.empty() && !pattern.whole_word && !pattern.whole_record;
         });
}

}  // namespace bigscan
