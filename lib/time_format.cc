#include "lib/time_format.h"

#include <algorithm>
#include <chrono>

#include "lib/time_cursor.h"

namespace bigscan {
namespace {

constexpr int64_t kMicros = 1'000'000;  // in a second
constexpr int64_t kDaySeconds = 86400;

// The parts of a stamp as they are read.
struct Fields {
  static constexpr int64_t kNone = -1;

  int64_t year = kNone;
  int64_t month = 0;  // 0 if only day_of_year is known
  int64_t day = 0;
  int64_t day_of_year = 0;
  int64_t hour = 0;
  int64_t hour12 = kNone;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t micros = 0;
  int64_t zone = 0;
  int64_t epoch = kNone;
  bool is_pm = false;
};

// Days since 1970, or nothing if the year has no such day.
std::optional<int64_t> DaysInYear(const Fields& fields, int64_t number) {
  using namespace std::chrono;
  const year in_year(static_cast<int>(number));
  if (fields.month == 0) {
    if (fields.day_of_year == 366 && !in_year.is_leap()) return std::nullopt;
    const sys_days new_year = in_year / January / 1;
    return new_year.time_since_epoch().count() + fields.day_of_year - 1;
  }
  const year_month_day date(in_year, month(static_cast<unsigned>(fields.month)),
                            day(static_cast<unsigned>(fields.day)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

std::optional<int64_t> Days(const Fields& fields, int64_t now) {
  if (fields.year != Fields::kNone) return DaysInYear(fields, fields.year);
  using namespace std::chrono;
  constexpr int64_t kLastDay = 2'932'896;  // of year 9999
  const int64_t today = (now / kMicros + fields.zone) / kDaySeconds;
  const int64_t last = std::clamp<int64_t>(today + 1, 0, kLastDay);
  const year_month_day date(sys_days(days(static_cast<int>(last))));
  const int last_year = static_cast<int>(date.year());
  // A 29th of February is at most 8 years from the next.
  for (int year = last_year; year >= last_year - 8; --year) {
    const std::optional<int64_t> days = DaysInYear(fields, year);
    if (days.has_value() && *days <= last) return days;
  }
  return std::nullopt;
}

std::optional<int64_t> ToMicros(const Fields& fields, int64_t now) {
  if (fields.epoch != Fields::kNone) return fields.epoch * kMicros + fields.micros;
  const std::optional<int64_t> days = Days(fields, now);
  if (!days.has_value()) return std::nullopt;
  const int64_t hour =
      fields.hour12 == Fields::kNone ? fields.hour : fields.hour12 % 12 + (fields.is_pm ? 12 : 0);
  const int64_t seconds =
      *days * kDaySeconds + hour * 3600 + fields.minute * 60 + fields.second - fields.zone;
  return seconds * kMicros + fields.micros;
}

}  // namespace

TimeMatch TimeFormat::Match(absl::string_view text, const TimeContext& context) const {
  TimeMatch match;
  TimeCursor cursor(text);
  Fields fields;
  fields.zone = context.zone_seconds;
  const auto note_clock = [&](size_t part, size_t begin) {
    const bool has_two = adds_clock_ && cursor.position() - begin == 2;
    match.clock_at[part] = has_two ? begin : TimeMatch::kNone;
  };
  const auto note_fraction = [&](size_t begin) {
    if (!adds_clock_) return;
    match.fraction_at = begin;
    match.fraction_size = cursor.position() - begin;
  };
  for (const Step& step : steps_) {
    const size_t begin = cursor.position();
    bool is_there = true;
    switch (step.op) {
      case Op::kByte:
        is_there = cursor.Byte(step.byte);
        break;
      case Op::kBlanks:
        is_there = cursor.Blanks();
        break;
      case Op::kYear:
        is_there = cursor.Digits(4, 4, &fields.year);
        break;
      case Op::kShortYear:
        is_there = cursor.Digits(2, 2, &fields.year);
        fields.year += fields.year < 69 ? 2000 : 1900;
        break;
      case Op::kMonth:
        is_there = cursor.Number(1, 12, &fields.month);
        break;
      case Op::kMonthName:
        is_there = cursor.MonthName(&fields.month);
        break;
      case Op::kBlankOrDay:
        cursor.Byte(' ');
        [[fallthrough]];
      case Op::kDay:
        is_there = cursor.Number(1, 31, &fields.day);
        break;
      case Op::kDayOfYear:
        is_there = cursor.Digits(1, 3, &fields.day_of_year) && fields.day_of_year >= 1 &&
                   fields.day_of_year <= 366;
        break;
      case Op::kDayName:
        is_there = cursor.DayName();
        break;
      case Op::kHour:
        is_there = cursor.Number(0, 23, &fields.hour);
        note_clock(0, begin);
        break;
      case Op::kHour12:
        is_there = cursor.Number(1, 12, &fields.hour12);
        break;
      case Op::kAmPm:
        is_there = cursor.AmOrPm(&fields.is_pm);
        break;
      case Op::kMinute:
        is_there = cursor.Number(0, 59, &fields.minute);
        note_clock(1, begin);
        break;
      case Op::kSecond:
        is_there = cursor.Number(0, 60, &fields.second);
        note_clock(2, begin);
        break;
      case Op::kFraction:
        is_there = cursor.Fraction(&fields.micros);
        note_fraction(begin);
        break;
      case Op::kMaybeFraction:
        cursor.MaybeFraction(/*or_comma=*/true, &fields.micros);
        if (cursor.position() > begin) note_fraction(begin + 1);
        break;
      case Op::kZone:
        is_there = cursor.Zone(&fields.zone);
        break;
      case Op::kZoneName:
        is_there = cursor.ZoneName();
        fields.zone = 0;
        break;
      case Op::kMaybeZone:
        is_there = cursor.MaybeZone(&fields.zone);
        break;
      case Op::kEpoch:
        // 12 digits of seconds are no overflow in microseconds.
        is_there = cursor.Digits(1, 12, &fields.epoch);
        if (fraction_of_epoch_) cursor.MaybeFraction(/*or_comma=*/false, &fields.micros);
        break;
      case Op::kEpochOfLog:
        is_there = cursor.EpochOfLog(&fields.epoch, &fields.micros);
        break;
      case Op::kOps:
        break;
    }
    if (!is_there) {
      match.seen = cursor.seen();
      return match;
    }
  }
  match.seen = cursor.seen();
  match.size = cursor.position();
  const std::optional<int64_t> micros = ToMicros(fields, context.now);
  match.matches = micros.has_value();
  match.micros = micros.value_or(0);
  return match;
}

std::optional<TimeFormat::Parsed> TimeFormat::Parse(absl::string_view text,
                                                    const TimeContext& context) const {
  const TimeMatch match = Match(text, context);
  if (!match.matches) return std::nullopt;
  return Parsed{match.micros, match.size};
}

}  // namespace bigscan
