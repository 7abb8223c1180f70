// Time stamps of log records: formats as of strptime(3), compiled, and times as the user writes them.
//
// Times are in microseconds since 1970-01-01T00:00:00Z, without leap seconds. Text is bytes; whatever
// they are, to read them takes time linear in their number.
#ifndef BIGSCAN_LIB_TIME_FORMAT_H_
#define BIGSCAN_LIB_TIME_FORMAT_H_

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/byte_set.h"

namespace bigscan {

// What a stamp does not say itself.
struct TimeContext {
  // Of a format without a year it is the latest one in which the stamp's day is not later than the day
  // after this.
  int64_t now = 0;
  // East of UTC, for stamps without a zone.
  int32_t zone_seconds = 0;
};

// What a format makes of a text.
struct TimeMatch {
  static constexpr size_t kNone = static_cast<size_t>(-1);

  bool matches = false;
  int64_t micros = 0;
  size_t size = 0;  // of the stamp, from the beginning of the text
  // How many bytes all of this depends on; one more than the text has, if it depends on its end.
  size_t seen = 0;
  // Where the two digits of hour, minute and second are; kNone if there are none, or more depends on
  // them. Others, up to 23, 59 and 59, make another time of the same day but change nothing else, and
  // likewise other digits of the fraction.
  std::array<size_t, 3> clock_at = {kNone, kNone, kNone};
  size_t fraction_at = 0;
  size_t fraction_size = 0;  // 0 if there is none
};

// A format:
//   %Y (4 digits) %y (2 digits, 1969 to 2068) %m %d %e %j   %b %B %h (names, short or full) %a %A
//   %H %I %p %M %S   %f (1 to 9 digits of a fraction of a second)
//   %z (+hhmm, +hh:mm, +hh or Z) %Z (UTC, GMT or Z)   %s (seconds since 1970, maybe with a fraction)
//   %T %R %F %D (as %H:%M:%S, %H:%M, %Y-%m-%d, %m/%d/%y)   %n %t (as a blank) %%
// and, beyond strptime's and the %f of Python's,
//   %.f  a point or comma and a fraction, or nothing (as chrono's of Rust)
//   %?z  a zone as of %z or %Z, maybe behind a blank, or nothing
//   %?s  seconds since 1970 of just 10 digits, milliseconds of 13 or microseconds of 16
// A blank stands for one or more blanks, any other byte for itself. Numbers may lack leading zeros.
// Ranges are strict, but for second 60, which is the next one. A day's name is read but not checked;
// of two parts that say the same thing, the last one counts, but months and days before %j, %I before %H,
// and %s before all.
class TimeFormat {
 public:
  struct Parsed {
    int64_t micros;
    size_t size;  // bytes used
  };

  // The error names the format. There is one for a format that leaves the day open (the year may be
  // missing), or has minutes without hours, or seconds without minutes.
  static absl::StatusOr<TimeFormat> Compile(absl::string_view format);

  // From the beginning of `text`.
  std::optional<Parsed> Parse(absl::string_view text, const TimeContext& context) const;

  // As Parse, for those who remember what they have read.
  TimeMatch Match(absl::string_view text, const TimeContext& context) const;

  // With what stamps begin.
  const ByteSet& first_bytes() const { return first_bytes_; }
  // Whether a text may be one that begins with just so many digits, and then with `next`, or ends if that is negative.
  // REQUIRES: digits > 0.
  bool MayBegin(size_t digits, int next) const {
    return digits >= least_digits_ && digits <= most_digits_ &&
           (after_digits_ == kAnything || after_digits_ == next);
  }
  // Whether stamps are, or begin with, a number that only its place tells from others.
  bool begins_with_epoch() const;

 private:
  enum class Op : uint8_t {
    kYear,
    kShortYear,
    kMonth,
    kDay,
    kDayOfYear,
    kHour,
    kHour12,
    kMinute,
    kSecond,
    kFraction,
    kEpoch,
    kEpochOfLog,
    kBlankOrDay,
    kByte,
    kBlanks,
    kMonthName,
    kDayName,
    kAmPm,
    kMaybeFraction,
    kZone,
    kZoneName,
    kMaybeZone,
    kOps,
  };
  struct Step {
    Op op;
    char byte;  // of kByte
  };

  TimeFormat() = default;
  bool Add(absl::string_view format, std::string* error);
  bool AddConversion(absl::string_view conversion);
  bool Has(Op op) const { return ops_[static_cast<size_t>(op)]; }
  // What is missing, or nullptr.
  const char* Missing() const;
  void Finish();
  void FindDigits();

  std::vector<Step> steps_;
  std::bitset<static_cast<size_t>(Op::kOps)> ops_;  // of the steps
  ByteSet first_bytes_;
  static constexpr int kAnything = -2;
  size_t least_digits_ = 0;
  size_t most_digits_ = static_cast<size_t>(-1);
  int after_digits_ = kAnything;
  bool fraction_of_epoch_ = false;  // whether %s takes it
  bool adds_clock_ = false;         // whether times are the sum of the day's and the clock's
};

// The formats that logs commonly have; no text has two of them. Those are the combined log's, ISO 8601's
// or RFC 3339's with T or blanks, that of ctime(3), xferlog and (with a fraction) Apache's error log,
// syslog's, that of nginx's error log and Go, and epoch numbers.
const std::vector<TimeFormat>& CommonTimeFormats();

// "2026-11-27T08:05:00Z", with ".5" and the like before the Z unless the fraction is 0. For any number.
std::string FormatTime(int64_t micros);

// "UTC", "GMT", "Z", "+02:00", "-0700" or "+02" in seconds east of UTC. Names of the tz database are an
// error.
absl::StatusOr<int32_t> ParseZone(absl::string_view text);

// The value of an option, by context.now: "now"; a duration (see ParseDuration) for that long before;
// "@" and seconds since 1970; "2026-11-27", "2026-11-27 08:05"; or one of CommonTimeFormats. Numbers of 10,
// 13 or 16 digits are times rather than durations, and others of more than 6 digits an error.
absl::StatusOr<int64_t> ParseTimePoint(absl::string_view text, const TimeContext& context);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TIME_FORMAT_H_
