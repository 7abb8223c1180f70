// Exact decimal numbers and their sums.
//
// What a sum of doubles is depends on the order in which the values come. These sums do not: any
// split of the values, added and merged in any order, has the same result and the same bytes.
#ifndef BIGSCAN_LIB_DECIMAL_H_
#define BIGSCAN_LIB_DECIMAL_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace bigscan {

// A number with up to 18 digits before the point and up to 18 after it.
class Decimal {
 public:
  static constexpr int kDigits = 18;  // on either side of the point

  Decimal() = default;

  // All of `text` as a number: [+-]digits[.digits][e[+-]digits], where one side of the point may be
  // without digits, and the e may be an E. Nothing if it is not one ("inf", "nan", "0x1", " 1"), or
  // does not fit exactly; zeros at either end are no matter. Takes 5 ns with up to 8 characters, if
  // the texts are alike, and 15 ns with 18 digits.
  static std::optional<Decimal> Parse(absl::string_view text);

  // By value: 1.0 == 1.
  friend auto operator<=>(const Decimal&, const Decimal&) = default;

  // No exponent, no zeros at the end of the fraction, a digit before the point; no "-0".
  std::string ToString() const;
  // The nearest double; of two, the even one.
  double ToDouble() const;

  // Equal values have equal bytes.
  void Append(std::string* bytes) const;
  // Takes what Append wrote from the front of `bytes`. False, and both unspecified, if there is none.
  static bool Take(absl::string_view* bytes, Decimal* value);

 private:
  friend class DecimalSum;

  Decimal(bool negative, uint64_t whole, uint64_t fraction)
      : whole_(negative ? -static_cast<int64_t>(whole) : static_cast<int64_t>(whole)),
        fraction_(negative ? -static_cast<int64_t>(fraction) : static_cast<int64_t>(fraction)) {}
  // Of the notations, those that Parse is not made fast for.
  static std::optional<Decimal> ParseAny(absl::string_view text, bool negative);

  // The value is whole_ + fraction_ / 10^18. Both are within (-10^18, 10^18), and none is positive
  // when the other is negative: this makes the order that of the pairs.
  int64_t whole_ = 0;
  int64_t fraction_ = 0;
};

// The exact sum of fewer than 2^60 decimals.
class DecimalSum {
 public:
  void Add(Decimal value) {
    whole_ += value.whole_;
    fraction_ += value.fraction_;
  }
  // As if each value of `other` had been added.
  void Merge(const DecimalSum& other) {
    whole_ += other.whole_;
    fraction_ += other.fraction_;
  }

  // As Decimal's.
  std::string ToString() const;
  // The sum divided by `count`, rounded to 6 digits after the point, half away from zero; written as
  // by ToString. REQUIRES: count > 0.
  std::string Mean(uint64_t count) const;

  // By value.
  std::strong_ordering operator<=>(const DecimalSum& other) const;
  bool operator==(const DecimalSum& other) const { return (*this <=> other) == 0; }
  // The greatest integer not above the sum, rounded: never in another order than the sums.
  double Floor() const;

  // Equal sums have equal bytes, whatever they are the sums of.
  void Append(std::string* bytes) const;
  // Takes what Append wrote from the front of `bytes`. False, and both unspecified, if there is none.
  static bool Take(absl::string_view* bytes, DecimalSum* sum);

 private:
  // Both parts as one pair whose order is that of the values: the fraction in [0, 10^18).
  std::pair<__int128, __int128> Normal() const;

  // The value is whole_ + fraction_ / 10^18; both below 2^120, with any signs.
  __int128 whole_ = 0;
  __int128 fraction_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DECIMAL_H_
