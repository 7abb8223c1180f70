#include "lib/decimal.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "lib/powers_of_ten.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

using Uint128 = unsigned __int128;

constexpr int kDigits = Decimal::kDigits;
constexpr uint64_t kScale = kPowersOfTen[kDigits];

constexpr uint64_t kMillion = kPowersOfTen[6];
constexpr uint64_t kMillionth = kScale / kMillion;  // in units of a fraction

// A number in the parts in which it is written: high * 10^18 + whole + fraction / 10^18, the last two
// of them below 10^18.
struct Parts {
  bool negative = false;
  uint64_t high = 0;
  uint64_t whole = 0;
  uint64_t fraction = 0;

  bool is_zero() const { return high == 0 && whole == 0 && fraction == 0; }
};

Parts PartsOf(__int128 whole, __int128 fraction) {
  whole += fraction / kScale;
  fraction %= kScale;
  if (whole > 0 && fraction < 0) {
    --whole;
    fraction += kScale;
  } else if (whole < 0 && fraction > 0) {
    ++whole;
    fraction -= kScale;
  }
  const bool negative = whole < 0 || fraction < 0;
  const auto magnitude = static_cast<Uint128>(negative ? -whole : whole);
  return {negative, static_cast<uint64_t>(magnitude / kScale),
          static_cast<uint64_t>(magnitude % kScale),
          static_cast<uint64_t>(negative ? -fraction : fraction)};
}

// The digits of a fraction without the zeros at its end. REQUIRES: fraction > 0.
int TrimFraction(uint64_t* fraction) {
  int digits = kDigits;
  for (; *fraction % 10 == 0; --digits) *fraction /= 10;
  return digits;
}

std::string ToString(const Parts& parts) {
  std::string text = parts.negative && !parts.is_zero() ? "-" : "";
  if (parts.high > 0) {
    absl::StrAppend(&text, parts.high, absl::Dec(parts.whole, absl::kZeroPad18));
  } else {
    absl::StrAppend(&text, parts.whole);
  }
  if (parts.fraction > 0) {
    absl::StrAppend(&text, ".", absl::Dec(parts.fraction, absl::kZeroPad18));
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

// Which parts follow in the encoding, besides the whole one.
constexpr uint64_t kNegative = 1;
constexpr uint64_t kHasFraction = 2;
constexpr uint64_t kHasHigh = 4;

// flags, [high,] whole, [digits of the fraction, fraction], each one a varint.
void AppendParts(const Parts& parts, std::string* bytes) {
  uint64_t flags = 0;
  if (parts.negative) flags |= kNegative;
  if (parts.fraction > 0) flags |= kHasFraction;
  if (parts.high > 0) flags |= kHasHigh;
  AppendVarint(flags, bytes);
  if (parts.high > 0) AppendVarint(parts.high, bytes);
  AppendVarint(parts.whole, bytes);
  if (parts.fraction > 0) {
    uint64_t fraction = parts.fraction;
    AppendVarint(TrimFraction(&fraction), bytes);
    AppendVarint(fraction, bytes);
  }
}

// Only what AppendParts writes.
bool TakeParts(absl::string_view* bytes, Parts* parts) {
  uint64_t flags = 0;
  *parts = {};
  if (!TakeVarint(bytes, &flags) || flags > (kNegative | kHasFraction | kHasHigh)) return false;
  parts->negative = (flags & kNegative) != 0;
  if ((flags & kHasHigh) != 0 && (!TakeVarint(bytes, &parts->high) || parts->high == 0)) {
    return false;
  }
  if (!TakeVarint(bytes, &parts->whole) || parts->whole >= kScale) return false;
  if ((flags & kHasFraction) != 0) {
    uint64_t digits = 0;
    uint64_t fraction = 0;
    if (!TakeVarint(bytes, &digits) || !TakeVarint(bytes, &fraction)) return false;
    if (digits > kDigits || fraction >= kPowersOfTen[digits] || fraction % 10 == 0) return false;
    parts->fraction = fraction * kPowersOfTen[kDigits - digits];
  }
  return !(parts->negative && parts->is_zero());
}

}  // namespace

std::string Decimal::ToString() const { return bigscan::ToString(PartsOf(whole_, fraction_)); }

double Decimal::ToDouble() const {
  if (fraction_ == 0) return static_cast<double>(whole_);
  const auto whole = static_cast<uint64_t>(std::abs(whole_));
  const auto fraction = static_cast<uint64_t>(std::abs(fraction_));
  // The quotient of two numbers that a double holds is rounded once.
  constexpr uint64_t kExact = uint64_t{1} << 53;
  double value;
  if (fraction % kMillionth == 0 && whole < kExact / kMillion) {
    value = static_cast<double>(whole * kMillion + fraction / kMillionth) / kMillion;
  } else if (whole == 0 && fraction < kExact) {
    value = static_cast<double>(fraction) / kScale;
  } else {
    // 64 bits after the point, which are more than a double has here; the last one stands for all
    // that follow, so that the conversion rounds as if it knew them.
    const Uint128 scaled = static_cast<Uint128>(fraction) << 64;
    const auto after = static_cast<uint64_t>(scaled / kScale);
    const uint64_t rest = static_cast<Uint128>(after) * kScale == scaled ? 0 : 1;
    const Uint128 bits = static_cast<Uint128>(whole) << 64 | after;
    value = std::ldexp(static_cast<double>(bits | rest), -64);
  }
  return whole_ < 0 || fraction_ < 0 ? -value : value;
}

void Decimal::Append(std::string* bytes) const { AppendParts(PartsOf(whole_, fraction_), bytes); }

bool Decimal::Take(absl::string_view* bytes, Decimal* value) {
  Parts parts;
  if (!TakeParts(bytes, &parts) || parts.high > 0) return false;
  *value = Decimal(parts.negative, parts.whole, parts.fraction);
  return true;
}

std::string DecimalSum::ToString() const { return bigscan::ToString(PartsOf(whole_, fraction_)); }

std::string DecimalSum::Mean(uint64_t count) const {
  const Parts sum = PartsOf(whole_, fraction_);
  const Uint128 magnitude = static_cast<Uint128>(sum.high) * kScale + sum.whole;
  Uint128 whole = magnitude / count;
  // What is left, in 10^-18: below 2^124. A millionth of the mean is `divisor` of them.
  const Uint128 rest = magnitude % count * kScale + sum.fraction;
  const Uint128 divisor = static_cast<Uint128>(count) * kMillionth;
  auto millionths = static_cast<uint64_t>(rest / divisor);
  if (rest % divisor * 2 >= divisor) ++millionths;
  whole += millionths / kMillion;
  return bigscan::ToString({sum.negative, static_cast<uint64_t>(whole / kScale),
                            static_cast<uint64_t>(whole % kScale),
                            millionths % kMillion * kMillionth});
}

std::pair<__int128, __int128> DecimalSum::Normal() const {
  constexpr auto kOne = static_cast<__int128>(kScale);
  const __int128 carry = (fraction_ - (fraction_ < 0 ? kOne - 1 : 0)) / kOne;
  return {whole_ + carry, fraction_ - carry * kOne};
}

std::strong_ordering DecimalSum::operator<=>(const DecimalSum& other) const {
  const auto mine = Normal();
  const auto others = other.Normal();
  return mine < others   ? std::strong_ordering::less
         : others < mine ? std::strong_ordering::greater
                         : std::strong_ordering::equal;
}

double DecimalSum::Floor() const { return static_cast<double>(Normal().first); }

void DecimalSum::Append(std::string* bytes) const {
  AppendParts(PartsOf(whole_, fraction_), bytes);
}

bool DecimalSum::Take(absl::string_view* bytes, DecimalSum* sum) {
  // Larger than any sum of as many as there may be, and far from what __int128 can hold.
  constexpr uint64_t kMaxHigh = uint64_t{1} << 60;
  Parts parts;
  if (!TakeParts(bytes, &parts) || parts.high > kMaxHigh) return false;
  const auto whole = static_cast<__int128>(static_cast<Uint128>(parts.high) * kScale + parts.whole);
  sum->whole_ = parts.negative ? -whole : whole;
  sum->fraction_ = parts.negative ? -static_cast<__int128>(parts.fraction) : parts.fraction;
  return true;
}

}  // namespace bigscan
