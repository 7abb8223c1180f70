// How a format is compiled, and which ones logs have.
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/time_format.h"

namespace bigscan {

absl::StatusOr<TimeFormat> TimeFormat::Compile(absl::string_view text) {
  TimeFormat format;
  std::string error;
  if (format.Add(text, &error)) {
    const char* missing = format.Missing();
    if (missing != nullptr) error = missing;
  }
  if (!error.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("invalid time format '", absl::Utf8SafeCEscape(text), "': ", error));
  }
  format.Finish();
  return format;
}

bool TimeFormat::Add(absl::string_view format, std::string* error) {
  for (size_t i = 0; i < format.size();) {
    if (absl::ascii_isspace(static_cast<unsigned char>(format[i]))) {
      while (i < format.size() && absl::ascii_isspace(static_cast<unsigned char>(format[i]))) ++i;
      AddConversion("t");
      continue;
    }
    if (format[i] != '%') {
      steps_.push_back({Op::kByte, format[i++]});
      continue;
    }
    const bool is_long = i + 1 < format.size() && (format[i + 1] == '.' || format[i + 1] == '?');
    const absl::string_view conversion = format.substr(i + 1, is_long ? 2 : 1);
    if (!AddConversion(conversion)) {
      *error = conversion.empty()
                   ? "a % at its end"
                   : absl::StrCat("unknown conversion %", absl::Utf8SafeCEscape(conversion));
      return false;
    }
    i += 1 + conversion.size();
  }
  return true;
}

bool TimeFormat::AddConversion(absl::string_view conversion) {
  static constexpr struct {
    absl::string_view conversion;
    absl::string_view meaning;
  } kShort[] = {{"T", "%H:%M:%S"}, {"R", "%H:%M"}, {"F", "%Y-%m-%d"}, {"D", "%m/%d/%y"}};
  static constexpr struct {
    absl::string_view conversion;
    Op op;
  } kConversions[] = {{"Y", Op::kYear},       {"y", Op::kShortYear},      {"m", Op::kMonth},
                      {"d", Op::kDay},        {"e", Op::kBlankOrDay},     {"b", Op::kMonthName},
                      {"B", Op::kMonthName},  {"h", Op::kMonthName},      {"a", Op::kDayName},
                      {"A", Op::kDayName},    {"H", Op::kHour},           {"I", Op::kHour12},
                      {"p", Op::kAmPm},       {"M", Op::kMinute},         {"S", Op::kSecond},
                      {"f", Op::kFraction},   {"z", Op::kZone},           {"Z", Op::kZoneName},
                      {"s", Op::kEpoch},      {"j", Op::kDayOfYear},      {"n", Op::kBlanks},
                      {"t", Op::kBlanks},     {".f", Op::kMaybeFraction}, {"?z", Op::kMaybeZone},
                      {"?s", Op::kEpochOfLog}};
  if (conversion == "%") {
    steps_.push_back({Op::kByte, '%'});
    return true;
  }
  for (const auto& known : kShort) {
    std::string error;
    if (conversion == known.conversion) return Add(known.meaning, &error);
  }
  for (const auto& known : kConversions) {
    if (conversion != known.conversion) continue;
    // Blanks are all taken at once, so that none would be left for the second of two.
    const bool again = known.op == Op::kBlanks && !steps_.empty() && steps_.back().op == known.op;
    if (!again) steps_.push_back({known.op, '\0'});
    ops_.set(static_cast<size_t>(known.op));
    return true;
  }
  return false;
}

const char* TimeFormat::Missing() const {
  if (Has(Op::kEpoch) || Has(Op::kEpochOfLog)) return nullptr;
  const bool has_month = Has(Op::kMonth) || Has(Op::kMonthName);
  const bool has_day = Has(Op::kDay) || Has(Op::kBlankOrDay);
  if (has_month != has_day) {
    return has_day ? "a day without a month (%m or %b)" : "a month without a day (%d or %e)";
  }
  if (!has_day && !Has(Op::kDayOfYear)) return "no day (%d or %e with %m or %b, %j, or %s)";
  if (Has(Op::kHour12) && !Has(Op::kAmPm)) return "%I without %p";
  const bool has_hour = Has(Op::kHour) || Has(Op::kHour12);
  if (Has(Op::kMinute) && !has_hour) return "minutes without hours (%H)";
  if (Has(Op::kSecond) && !Has(Op::kMinute)) return "seconds without minutes (%M)";
  if ((Has(Op::kFraction) || Has(Op::kMaybeFraction)) && !Has(Op::kSecond)) {
    return "a fraction without seconds (%S)";
  }
  return nullptr;
}

void TimeFormat::Finish() {
  fraction_of_epoch_ = !Has(Op::kFraction) && !Has(Op::kMaybeFraction);
  FindDigits();
  adds_clock_ = !Has(Op::kEpoch) && !Has(Op::kEpochOfLog) && !(Has(Op::kHour) && Has(Op::kHour12));

  const ByteSet digits = Bytes('0', '9');
  const ByteSet blanks = SingleByte(' ') | Bytes('\t', '\r');
  const Step first = steps_.front();
  const auto of = [](absl::string_view bytes) {
    ByteSet set;
    for (char byte : bytes) set |= SingleByte(static_cast<unsigned char>(byte));
    return CloseUnderCase(set);
  };
  switch (first.op) {
    case Op::kByte:
      first_bytes_ = SingleByte(static_cast<unsigned char>(first.byte));
      break;
    case Op::kBlanks:
      first_bytes_ = blanks;
      break;
    case Op::kBlankOrDay:
      first_bytes_ = digits | SingleByte(' ');
      break;
    case Op::kMonthName:
      first_bytes_ = of("jfmasond");
      break;
    case Op::kDayName:
      first_bytes_ = of("smtwf");
      break;
    case Op::kAmPm:
      first_bytes_ = of("ap");
      break;
    case Op::kMaybeFraction:
    case Op::kMaybeZone:
      first_bytes_.set();  // of what follows, if it is missing
      break;
    case Op::kZone:
    case Op::kZoneName:
      first_bytes_ = SingleByte('+') | SingleByte('-') | of("zug");
      break;
    default:  // a number
      first_bytes_ = digits;
  }
}

// What stamps begin with, where that is a number that nothing but its end sets bounds to.
void TimeFormat::FindDigits() {
  if (steps_.front().op == Op::kEpochOfLog) {
    least_digits_ = 10;
    most_digits_ = 16;
    return;
  }
  if (steps_.size() < 2 || steps_[1].op != Op::kByte ||
      (steps_[1].byte >= '0' && steps_[1].byte <= '9')) {
    return;
  }
  switch (steps_.front().op) {
    case Op::kYear:
      least_digits_ = most_digits_ = 4;
      break;
    case Op::kShortYear:
      least_digits_ = most_digits_ = 2;
      break;
    case Op::kMonth:
    case Op::kDay:
    case Op::kHour:
    case Op::kHour12:
    case Op::kMinute:
    case Op::kSecond:
      least_digits_ = 1;
      most_digits_ = 2;
      break;
    default:
      return;
  }
  after_digits_ = static_cast<unsigned char>(steps_[1].byte);
}

bool TimeFormat::begins_with_epoch() const {
  return steps_.front().op == Op::kEpoch || steps_.front().op == Op::kEpochOfLog;
}

const std::vector<TimeFormat>& CommonTimeFormats() {
  static const std::vector<TimeFormat> formats = [] {
    std::vector<TimeFormat> compiled;
    for (absl::string_view format :
         {"%?s", "%d/%b/%Y:%H:%M:%S%?z", "%Y-%m-%dT%H:%M:%S%.f%?z", "%Y-%m-%d %H:%M:%S%.f%?z",
          "%a %b %e %H:%M:%S%.f%?z %Y", "%b %e %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f"}) {
      compiled.push_back(TimeFormat::Compile(format).value());
    }
    return compiled;
  }();
  return formats;
}

}  // namespace bigscan
