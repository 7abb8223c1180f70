// The parts that time stamps consist of, read from text one after the other.
#ifndef BIGSCAN_LIB_TIME_CURSOR_H_
#define BIGSCAN_LIB_TIME_CURSOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace bigscan {

// Each function takes a part from where the last one ended, and returns whether it is there. After a
// part that is not, the position is unspecified. Names are English ones, in either case.
class TimeCursor {
 public:
  // `text` must outlive the cursor.
  explicit TimeCursor(absl::string_view text) : text_(text) {}

  size_t position() const { return position_; }
  // How many bytes have been looked at; one more than there are, if the end has been. Whatever else
  // may follow these, all functions would have done the same.
  size_t seen() const { return std::max(seen_, position_); }

  bool Byte(char byte) {
    if (position_ < text_.size() && text_[position_] == byte) {
      ++position_;
      return true;
    }
    seen_ = std::max(seen_, position_ + 1);
    return false;
  }

  // One or more.
  bool Blanks();

  // As many digits as there are, up to `most`. REQUIRES: most <= 17.
  bool Digits(size_t least, size_t most, int64_t* value) {
    const size_t begin = position_;
    const size_t end = begin + std::min(most, text_.size() - begin);
    int64_t sum = 0;
    while (position_ < end && IsDigit(text_[position_])) {
      sum = sum * 10 + (text_[position_++] - '0');
    }
    if (position_ - begin < most) seen_ = std::max(seen_, position_ + 1);
    *value = sum;
    return position_ - begin >= least;
  }

  // Up to two digits, of a number in [first, last].
  bool Number(int64_t first, int64_t last, int64_t* value) {
    const bool has_two =
        position_ + 2 <= text_.size() && IsDigit(text_[position_ + 1]) && IsDigit(text_[position_]);
    if (has_two) {  // as nearly always
      *value = (text_[position_] - '0') * 10 + (text_[position_ + 1] - '0');
      position_ += 2;
    }
    return (has_two || Digits(1, 2, value)) && *value >= first && *value <= last;
  }

  // 1 to 9 digits behind the point, in microseconds; further ones are cut off.
  bool Fraction(int64_t* micros);
  // A point, or a comma with `or_comma`, and a fraction; or nothing.
  void MaybeFraction(bool or_comma, int64_t* micros);

  // "Nov" or "November" as 11.
  bool MonthName(int64_t* month);
  // "Fri" or "Friday".
  bool DayName();
  bool AmOrPm(bool* is_pm);

  // "+hhmm", "+hh:mm", "+hh" or "Z", in seconds east of UTC.
  bool Zone(int64_t* seconds);
  // "UTC", "GMT" or "Z".
  bool ZoneName();
  // Either of these, if neither a letter nor a digit follows. A blank may stand before it, but not
  // before "+hh", which would be the next number of the record. Or nothing, and `seconds` stays.
  bool MaybeZone(int64_t* seconds);

  // Seconds of 10 digits and a fraction, milliseconds of 13 or microseconds of 16.
  bool EpochOfLog(int64_t* seconds, int64_t* micros);

 private:
  // The byte at `at`, or -1 behind the end.
  int Look(size_t at) {
    seen_ = std::max(seen_, at + 1);
    return at < text_.size() ? static_cast<unsigned char>(text_[at]) : -1;
  }
  static bool IsDigit(int byte) { return byte >= '0' && byte <= '9'; }
  // The next three letters as a number, small ones; 0 if there are none.
  uint32_t ThreeLetters();
  // Skips `rest`, if it stands here: what a name has behind its first three letters.
  void MaybeRest(absl::string_view rest);

  absl::string_view text_;
  size_t position_ = 0;  // up to text_.size()
  size_t seen_ = 0;      // or position_, if that is more
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TIME_CURSOR_H_
