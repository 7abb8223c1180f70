// Times as the user writes and reads them.
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "lib/duration.h"
#include "lib/time_cursor.h"
#include "lib/time_format.h"

namespace bigscan {
namespace {

absl::Status WrongTime(absl::string_view text, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("invalid time '", absl::Utf8SafeCEscape(text), "': ", reason));
}

// The time that all of `text` is.
std::optional<int64_t> ParseAll(const TimeFormat& format, absl::string_view text,
                                const TimeContext& context) {
  const std::optional<TimeFormat::Parsed> parsed = format.Parse(text, context);
  if (!parsed.has_value() || parsed->size != text.size()) return std::nullopt;
  return parsed->micros;
}

// The formats that records have hardly ever, but users do.
const std::vector<TimeFormat>& FormatsOfUsers() {
  static const std::vector<TimeFormat> formats = [] {
    std::vector<TimeFormat> compiled;
    for (absl::string_view format : {"@%s", "%F", "%F %R%?z", "%FT%R%?z"}) {
      compiled.push_back(TimeFormat::Compile(format).value());
    }
    return compiled;
  }();
  return formats;
}

}  // namespace

std::string FormatTime(int64_t micros) {
  constexpr int64_t kMicros = 1'000'000;
  constexpr int64_t kDaySeconds = 86400;
  int64_t fraction = micros % kMicros;
  int64_t seconds = micros / kMicros;
  if (fraction < 0) {
    fraction += kMicros;
    --seconds;
  }
  int64_t of_day = seconds % kDaySeconds;
  if (of_day < 0) of_day += kDaySeconds;
  const absl::CivilDay day = absl::CivilDay() + (seconds - of_day) / kDaySeconds;
  std::string text = absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d", day.year(), day.month(),
                                     day.day(), of_day / 3600, of_day / 60 % 60, of_day % 60);
  if (fraction > 0) {
    absl::StrAppendFormat(&text, ".%06d", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + 'Z';
}

absl::StatusOr<int32_t> ParseZone(absl::string_view text) {
  int64_t seconds = 0;
  TimeCursor name(text);
  if (name.ZoneName() && name.position() == text.size()) return 0;
  TimeCursor offset(text);
  if (offset.Zone(&seconds) && offset.position() == text.size()) {
    return static_cast<int32_t>(seconds);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("invalid time zone '", absl::Utf8SafeCEscape(text),
                   "': expected UTC or an offset such as +02:00; names of the tz database, such as "
                   "Europe/Berlin, are not supported"));
}

absl::StatusOr<int64_t> ParseTimePoint(absl::string_view text, const TimeContext& context) {
  if (text == "now") return context.now;
  for (const std::vector<TimeFormat>* formats : {&FormatsOfUsers(), &CommonTimeFormats()}) {
    for (const TimeFormat& format : *formats) {
      const std::optional<int64_t> micros = ParseAll(format, text, context);
      if (micros.has_value()) return *micros;
    }
  }
  constexpr size_t kMostPlainDigits = 6;
  if (text.size() > kMostPlainDigits && text.find_first_not_of("0123456789") == text.npos) {
    return WrongTime(text, "write @ before seconds since 1970, or s behind seconds before now");
  }
  const absl::StatusOr<int64_t> duration = ParseDuration(text);
  if (!duration.ok()) {
    return WrongTime(text,
                     "expected a time such as 2026-11-27T08:05:00Z or @1700000000, or a duration "
                     "before now such as 1h30m");
  }
  int64_t micros = 0;
  if (__builtin_sub_overflow(context.now, *duration, &micros)) {
    return std::numeric_limits<int64_t>::min();
  }
  return micros;
}

}  // namespace bigscan
