#include "cmd/group_options.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ipc/clock.h"
#include "ipc/signals.h"
#include "lib/duration.h"
#include "lib/plan_compiler.h"

namespace bigscan {
namespace {

// What says that a job is wanted, and what only goes with one.
constexpr const char* kJobOptions[] = {"by", "agg", "every"};
constexpr const char* kCompanions[] = {"top", "sort", "format"};
// Options about records that are printed, or other jobs.
constexpr const char* kForeign[] = {
    "count",         "total",          "tally",         "files-with-matches", "files-without-match",
    "json",          "max-count",      "only-matching", "line-number",        "byte-offset",
    "with-filename", "no-filename",    "label-pattern", "initial-tab",        "null",
    "after-context", "before-context", "context",       "line-buffered"};

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

// The items of a list, whose commas do not stand in parentheses.
std::vector<std::string> Items(absl::string_view list) {
  std::vector<std::string> items(1);
  int depth = 0;
  for (const char byte : list) {
    depth += byte == '(' ? 1 : byte == ')' ? -1 : 0;
    if (byte == ',' && depth <= 0) {
      items.emplace_back();
    } else {
      items.back() += byte;
    }
  }
  for (std::string& item : items) item = std::string(absl::StripAsciiWhitespace(item));
  return items;
}

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char byte) { return absl::ascii_isdigit(byte); });
}

// Puts a specification together, name by name.
class SpecBuilder {
 public:
  SpecBuilder(const Options& options, GroupSpec* spec) : options_(options), spec_(*spec) {}

  absl::Status AddKey(const std::string& name) {
    using Kind = GroupSpec::Key::Kind;
    GroupSpec::Key key{.title = name};
    const FieldFormat* format = spec_.values.format;
    const bool is_field = format != nullptr && HasField(*format, name);
    if (name == "@path" || (name == "path" && !is_field && !HasGroup(name))) {
      key.kind = Kind::kFile;
    } else if (name == "@pattern" || (name == "pattern" && !is_field && !HasGroup(name))) {
      if (options_.invert) return WrongUse("with -v there is no pattern to group by");
      key.kind = Kind::kPattern;
    } else {
      absl::StatusOr<size_t> value = Value(name);
      if (!value.ok()) return value.status();
      key.value = *value;
    }
    spec_.keys.push_back(std::move(key));
    return absl::OkStatus();
  }

  absl::Status AddColumn(const std::string& item) {
    if (item == "count") {
      spec_.columns.push_back({.title = item});
      return absl::OkStatus();
    }
    absl::StatusOr<AggregateItem> parsed = ParseAggregate(item);
    if (!parsed.ok()) return parsed.status();
    absl::StatusOr<size_t> value = Value(parsed->field);
    if (!value.ok()) return value.status();
    const std::pair<std::string, size_t> kind(parsed->kind, *value);
    const auto found = std::find(kinds_.begin(), kinds_.end(), kind);
    const auto state = static_cast<size_t>(found - kinds_.begin());
    if (found == kinds_.end()) {
      kinds_.push_back(kind);
      GroupSpec::State input{.value = *value};
      if (parsed->aggregate->needs_number()) input.number = Number(*value, parsed->field);
      spec_.states.push_back(input);
      spec_.aggregates.push_back(parsed->aggregate);
      if (parsed->kind == "invalid") spec_.numbers[*input.number].is_counted = true;
    }
    spec_.columns.push_back({.title = parsed->title, .column = parsed->column, .state = state});
    return absl::OkStatus();
  }

  absl::Status AddTime(int64_t every_us) {
    spec_.every_us = every_us;
    spec_.keys.push_back({.kind = GroupSpec::Key::Kind::kTime, .title = "time"});
    const FieldFormat* format = spec_.values.format;
    if (format == nullptr || format->time_field.empty()) return absl::OkStatus();
    absl::StatusOr<size_t> value = Value(std::string(format->time_field));
    if (!value.ok()) return value.status();
    spec_.time_value = *value;
    return absl::OkStatus();
  }

  // The groups' values are counted behind the fields, of which there may have been more to come.
  void Finish() {
    const size_t fields = spec_.values.fields.size();
    const auto place = [fields](size_t* value) {
      if (*value >= kGroup) *value += fields - kGroup;
    };
    for (GroupSpec::Key& key : spec_.keys) place(&key.value);
    for (GroupSpec::State& state : spec_.states) place(&state.value);
    for (GroupSpec::Number& number : spec_.numbers) place(&number.value);
  }

 private:
  static constexpr size_t kGroup = size_t{1} << 32;  // marks that of a group

  bool HasGroup(const std::string& name) const {
    return std::any_of(
        options_.patterns.begin(), options_.patterns.end(), [&name](const Pattern& pattern) {
          const absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
          return matcher.ok() && !matcher->GroupNumbers(name).empty();
        });
  }

  absl::StatusOr<size_t> Value(const std::string& name) {
    const FieldFormat* format = spec_.values.format;
    const auto add = [&name](std::vector<std::string>* names) {
      const auto found = std::find(names->begin(), names->end(), name);
      const auto index = static_cast<size_t>(found - names->begin());
      if (found == names->end()) names->push_back(name);
      return index;
    };
    if (format != nullptr && HasField(*format, name)) return add(&spec_.values.fields);
    if (HasGroup(name)) {
      if (options_.invert) {
        return WrongUse(absl::StrCat("with -v nothing is captured that '", name, "' could be"));
      }
      return kGroup + add(&spec_.values.groups);
    }
    if (format != nullptr) {
      return WrongUse(absl::StrCat("'", name, "' is no field of ", format->name, " (",
                                   format->fields, "), and no group of the pattern"));
    }
    return WrongUse(absl::StrCat("no pattern has a group ",
                                 IsNumber(name) ? name : absl::StrCat("'", name, "'"),
                                 IsNumber(name) ? "" : "; name one (?<NAME>...), or use --fields"));
  }

  size_t Number(size_t value, const std::string& name) {
    const auto found =
        std::find_if(spec_.numbers.begin(), spec_.numbers.end(),
                     [value](const GroupSpec::Number& number) { return number.value == value; });
    const auto index = static_cast<size_t>(found - spec_.numbers.begin());
    if (found == spec_.numbers.end()) spec_.numbers.push_back({value, name});
    return index;
  }

  const Options& options_;
  GroupSpec& spec_;
  std::vector<std::pair<std::string, size_t>> kinds_;  // by state
};

absl::Status ResolveColumns(const CommandLine& line, const Options& options, GroupSpec* spec) {
  for (const Pattern& pattern : options.patterns) {
    if (absl::Status status = CheckPattern(pattern); !status.ok()) return status;
  }
  SpecBuilder builder(options, spec);
  if (const auto* option = line.Last({"every"})) {
    absl::StatusOr<int64_t> every = ParseDuration(option->value);
    if (!every.ok()) return every.status();
    if (absl::Status status = builder.AddTime(*every); !status.ok()) return status;
  }
  const auto add = [&line](absl::string_view name, auto add_item) {
    for (const std::string& list : line.Values(name)) {
      for (const std::string& item : Items(list)) {
        if (item.empty())
          return WrongUse(absl::StrCat("an item of --", name, " is empty: '", list, "'"));
        if (absl::Status status = add_item(item); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  };
  absl::Status status = add("by", [&](const std::string& item) { return builder.AddKey(item); });
  if (!status.ok()) return status;
  status = add("agg", [&](const std::string& item) { return builder.AddColumn(item); });
  if (!status.ok()) return status;
  if (spec->columns.empty()) spec->columns.push_back({.title = "count"});
  builder.Finish();
  return absl::OkStatus();
}

// `COLUMN`, `COLUMN:asc` or `COLUMN:desc`.
absl::Status ResolveSort(const CommandLine& line, GroupSpec* spec) {
  const size_t keys = spec->keys.size();
  if (const auto* option = line.Last({"top"})) {
    uint64_t top = 0;
    if (!absl::SimpleAtoi(option->value, &top) || top == 0) {
      return WrongUse(absl::StrCat("invalid number of rows '", option->value, "'"));
    }
    spec->top = top;
  }
  const CommandLine::Option* option = line.Last({"sort"});
  if (option == nullptr) {
    // The largest ones first, but a histogram in the order of time.
    if (keys > 0 && (spec->every_us == 0 || spec->top.has_value())) {
      spec->sort = GroupSpec::Sort{.column = keys, .descending = true};
    }
    return absl::OkStatus();
  }
  std::vector<std::string> titles;
  for (const GroupSpec::Key& key : spec->keys) titles.push_back(key.title);
  for (const GroupSpec::Column& column : spec->columns) titles.push_back(column.title);
  absl::string_view name = option->value;
  std::optional<bool> descending;
  for (const auto& [suffix, down] : {std::pair(":asc", false), std::pair(":desc", true)}) {
    if (absl::ConsumeSuffix(&name, suffix)) descending = down;
  }
  const auto found = std::find(titles.begin(), titles.end(), name);
  if (found == titles.end()) {
    return WrongUse(
        absl::StrCat("no column '", name, "' to sort by: ", absl::StrJoin(titles, ", ")));
  }
  const auto column = static_cast<size_t>(found - titles.begin());
  spec->sort = GroupSpec::Sort{.column = column, .descending = descending.value_or(column >= keys)};
  return absl::OkStatus();
}

// Tables grow by doubling, and there is more in memory than tables.
void ResolveMemory(const Options& options, bool is_given, GroupSpec* spec) {
  constexpr uint64_t kMostWorkerBytes = 32 << 20;
  constexpr uint64_t kLeastWorkerBytes = 256 << 10;
  const auto machine = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE));
  const uint64_t most = is_given ? options.max_memory : std::max(machine / 4, options.max_memory);
  spec->most_bytes = most / 8 * 3;
  spec->worker_bytes = std::clamp(most / 8 / options.workers, kLeastWorkerBytes, kMostWorkerBytes);
}

// A histogram has bars where somebody sees them.
size_t BarLineWidth(const CommandLine& line, const GroupSpec& spec) {
  winsize size = {};
  if (line.Has("output")) return 0;
  if (spec.format != TableFormat::kText || spec.every_us == 0 || spec.keys.size() != 1) return 0;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

absl::Status ResolveTableFormat(const CommandLine& line, GroupSpec* spec) {
  const CommandLine::Option* option = line.Last({"format"});
  if (option == nullptr || option->value == "text") return absl::OkStatus();
  if (option->value == "tsv") {
    spec->format = TableFormat::kTsv;
  } else if (option->value == "csv") {
    spec->format = TableFormat::kCsv;
  } else if (option->value == "json") {
    spec->format = TableFormat::kJson;
  } else {
    return WrongUse(absl::StrCat("unknown format '", option->value, "': text, tsv, csv or json"));
  }
  return absl::OkStatus();
}

}  // namespace

bool AsksForGroups(const CommandLine& line) {
  return std::any_of(std::begin(kJobOptions), std::end(kJobOptions),
                     [&line](const char* name) { return line.Has(name); });
}

absl::Status ResolveGroups(const CommandLine& line, const RecordTime::Options& time,
                           Options* options) {
  if (!AsksForGroups(line)) {
    for (const char* name : kCompanions) {
      if (line.Has(name))
        return WrongUse(absl::StrCat("--", name, " goes with --by, --agg or --every"));
    }
    return absl::OkStatus();
  }
  for (const char* name : kForeign) {
    if (line.Has(name)) {
      return WrongUse(
          absl::StrCat("--", name, " and --by, --agg or --every can not be used together"));
    }
  }
  auto spec = std::make_shared<GroupSpec>();
  spec->values.patterns = options->patterns;
  for (const Pattern& pattern : options->patterns) spec->pattern_texts.push_back(pattern.text);
  spec->delimiter = options->delimiter;
  spec->crlf = options->crlf;
  spec->threads = options->workers;
  spec->strict = options->strict;
  spec->must_stop = [deadline = options->deadline_us] {
    return SignalWatch::EndIsPending() || (deadline != 0 && NowMicros() >= deadline);
  };
  spec->values.format = time.format;
  spec->values.header = time.header;
  spec->time_formats = time.formats;
  spec->time = time.context;
  if (absl::Status status = ResolveColumns(line, *options, spec.get()); !status.ok()) return status;
  if (absl::Status status = ResolveSort(line, spec.get()); !status.ok()) return status;
  if (absl::Status status = ResolveTableFormat(line, spec.get()); !status.ok()) return status;
  spec->bar_line_width = BarLineWidth(line, *spec);
  ResolveMemory(*options, line.Has("max-memory"), spec.get());
  // There are no binary records to be kept from a terminal.
  if (options->binary_files == BinaryFiles::kReport) options->binary_files = BinaryFiles::kText;
  if (options->binary_files == BinaryFiles::kWithoutMatch) spec->binary = BinaryData::kVoid;
  if (!options->quiet) options->mode = OutputMode::kGroups;
  options->groups = std::move(spec);
  return absl::OkStatus();
}

}  // namespace bigscan
