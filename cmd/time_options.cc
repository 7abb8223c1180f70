#include "cmd/time_options.h"

#include <time.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/file_header.h"
#include "cmd/group_options.h"

namespace bigscan {
namespace {

constexpr const char* kCompanions[] = {"fields", "time-format", "time-zone", "strict"};

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

// The same for all jobs.
int64_t NowMicros() {
  static const int64_t now = static_cast<int64_t>(time(nullptr)) * 1'000'000;
  return now;
}

bool AsksForTimes(const CommandLine& line) { return line.Has("since") || line.Has("until"); }

absl::Status ResolveFormat(const CommandLine& line, const Options& options,
                           RecordTime::Options* time) {
  const CommandLine::Option* option = line.Last({"fields"});
  if (option == nullptr) return absl::OkStatus();
  time->format = FindFieldFormat(option->value);
  if (time->format == nullptr) {
    const auto name = [](std::string* out, const FieldFormat& format) {
      absl::StrAppend(out, format.name);
    };
    return WrongUse(absl::StrCat("unknown format '", option->value,
                                 "': ", absl::StrJoin(FieldFormats(), ", ", name)));
  }
  if (time->format->has_header) {
    time->header = options.header_record.has_value()
                       ? *options.header_record
                       : FirstRecord(options.files, options.delimiter, options.decompress);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecordTime::Options> ResolveRecordTime(const CommandLine& line,
                                                      const Options& options) {
  RecordTime::Options time;
  if (!AsksForGroups(line) && !AsksForTimes(line)) {
    for (const char* name : kCompanions) {
      if (line.Has(name)) {
        return WrongUse(
            absl::StrCat("--", name, " goes with --by, --agg, --every, --since or --until"));
      }
    }
    return time;
  }
  if (absl::Status status = ResolveFormat(line, options, &time); !status.ok()) return status;
  time.context.now = NowMicros();
  if (const auto* option = line.Last({"time-zone"})) {
    absl::StatusOr<int32_t> zone = ParseZone(option->value);
    if (!zone.ok()) return zone.status();
    time.context.zone_seconds = *zone;
  }
  for (const std::string& text : line.Values("time-format")) {
    absl::StatusOr<TimeFormat> format = TimeFormat::Compile(text);
    if (!format.ok()) return format.status();
    time.formats.push_back(*std::move(format));
  }
  return time;
}

absl::Status ResolveTimeRange(const CommandLine& line, const RecordTime::Options& time,
                              Options* options) {
  if (!AsksForTimes(line)) return absl::OkStatus();
  TimeFilter::Options filter{.time = time, .delimiter = options->delimiter};
  for (const auto& [name, to] :
       {std::pair("since", &filter.range.since), std::pair("until", &filter.range.until)}) {
    const CommandLine::Option* option = line.Last({name});
    if (option == nullptr) continue;
    absl::StatusOr<int64_t> point = ParseTimePoint(option->value, time.context);
    if (!point.ok()) {
      return WrongUse(absl::StrCat("--", name, ": ", point.status().message()));
    }
    *to = *point;
  }
  if (filter.range.since >= filter.range.until) {
    return WrongUse(absl::StrCat("--since ", FormatTime(filter.range.since),
                                 " is not before --until ", FormatTime(filter.range.until)));
  }
  options->times = std::move(filter);
  return absl::OkStatus();
}

}  // namespace bigscan
