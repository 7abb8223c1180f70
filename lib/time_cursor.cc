#include "lib/time_cursor.h"

#include <array>
#include <iterator>

#include "absl/strings/ascii.h"

namespace bigscan {
namespace {

constexpr absl::string_view kMonths[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
constexpr absl::string_view kDays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

constexpr uint32_t Pack(absl::string_view letters) {
  uint32_t packed = 0;
  for (char letter : letters.substr(0, 3)) packed = packed << 8 | static_cast<uint32_t>(letter);
  return packed;
}

// The first three letters of each name.
template <size_t n>
constexpr std::array<uint32_t, n> PackAll(const absl::string_view (&names)[n]) {
  std::array<uint32_t, n> packed = {};
  for (size_t i = 0; i < n; ++i) packed[i] = Pack(names[i]);
  return packed;
}

constexpr auto kPackedMonths = PackAll(kMonths);
constexpr auto kPackedDays = PackAll(kDays);

// Which of `names` these letters are, or how many names there are.
template <size_t n>
size_t FindName(const std::array<uint32_t, n>& names, uint32_t letters) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), letters) - names.begin());
}

}  // namespace

bool TimeCursor::Blanks() {
  const size_t begin = position_;
  for (int byte; (byte = Look(position_)) == ' ' || (byte >= '\t' && byte <= '\r');) ++position_;
  return position_ > begin;
}

bool TimeCursor::Fraction(int64_t* micros) {
  const size_t begin = position_;
  if (!Digits(1, 9, micros)) return false;
  for (size_t digits = position_ - begin; digits < 6; ++digits) *micros *= 10;
  for (size_t digits = position_ - begin; digits > 6; --digits) *micros /= 10;
  return true;
}

void TimeCursor::MaybeFraction(bool or_comma, int64_t* micros) {
  const int byte = Look(position_);
  if ((byte != '.' && !(or_comma && byte == ',')) || !IsDigit(Look(position_ + 1))) return;
  ++position_;
  Fraction(micros);
}

uint32_t TimeCursor::ThreeLetters() {
  uint32_t letters = 0;
  for (int i = 0; i < 3; ++i) {
    const int byte = Look(position_);
    if (byte < 0 || !absl::ascii_isalpha(static_cast<unsigned char>(byte))) return 0;
    letters = letters << 8 | static_cast<uint32_t>(byte | 0x20);
    ++position_;
  }
  return letters;
}

void TimeCursor::MaybeRest(absl::string_view rest) {
  for (size_t i = 0; i < rest.size(); ++i) {
    const int byte = Look(position_ + i);
    if (byte < 0 || absl::ascii_tolower(static_cast<unsigned char>(byte)) != rest[i]) return;
  }
  position_ += rest.size();
}

bool TimeCursor::MonthName(int64_t* month) {
  const size_t i = FindName(kPackedMonths, ThreeLetters());
  if (i == std::size(kMonths)) return false;
  MaybeRest(kMonths[i].substr(3));
  *month = static_cast<int64_t>(i) + 1;
  return true;
}

bool TimeCursor::DayName() {
  const size_t i = FindName(kPackedDays, ThreeLetters());
  if (i == std::size(kDays)) return false;
  MaybeRest(kDays[i].substr(3));
  return true;
}

bool TimeCursor::AmOrPm(bool* is_pm) {
  const int first = Look(position_) | 0x20;
  if ((first != 'a' && first != 'p') || (Look(position_ + 1) | 0x20) != 'm') return false;
  *is_pm = first == 'p';
  position_ += 2;
  return true;
}

bool TimeCursor::Zone(int64_t* seconds) {
  const int sign = Look(position_);
  if (sign != 'Z' && sign != '+' && sign != '-') return false;
  ++position_;
  if (sign == 'Z') {
    *seconds = 0;
    return true;
  }
  int64_t hours = 0;
  int64_t minutes = 0;
  if (!Digits(2, 2, &hours) || hours > 23) return false;
  const size_t at = position_ + (Look(position_) == ':' ? 1 : 0);
  if (IsDigit(Look(at)) && IsDigit(Look(at + 1))) {
    position_ = at;
    if (!Digits(2, 2, &minutes) || minutes > 59) return false;
  }
  *seconds = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
  return true;
}

bool TimeCursor::ZoneName() {
  if (Byte('Z')) return true;
  const int first = Look(position_);
  if (first != 'U' && first != 'G') return false;
  const absl::string_view rest = first == 'U' ? "TC" : "MT";
  ++position_;
  return Byte(rest[0]) && Byte(rest[1]);
}

bool TimeCursor::MaybeZone(int64_t* seconds) {
  const size_t begin = position_;
  const bool has_blank = Look(begin) == ' ';
  const size_t zone_begin = begin + (has_blank ? 1 : 0);
  position_ = zone_begin;
  int64_t zone = 0;
  const int first = Look(zone_begin);
  bool found = false;
  if (first == '+' || first == '-') {
    found = Zone(&zone) && !(has_blank && position_ - zone_begin == 3);
  } else if (first == 'Z' || first == 'U' || first == 'G') {
    found = ZoneName();
  }
  const int after = found ? Look(position_) : -1;
  if (found && (after < 0 || !absl::ascii_isalnum(static_cast<unsigned char>(after)))) {
    *seconds = zone;
  } else {
    seen_ = seen();
    position_ = begin;
  }
  return true;
}

bool TimeCursor::EpochOfLog(int64_t* seconds, int64_t* micros) {
  const size_t begin = position_;
  int64_t value = 0;
  Digits(1, 17, &value);
  switch (position_ - begin) {
    case 10:
      *seconds = value;
      MaybeFraction(/*or_comma=*/false, micros);
      return true;
    case 13:
      *seconds = value / 1000;
      *micros = value % 1000 * 1000;
      return true;
    case 16:
      *seconds = value / 1'000'000;
      *micros = value % 1'000'000;
      return true;
    default:
      return false;
  }
}

}  // namespace bigscan
