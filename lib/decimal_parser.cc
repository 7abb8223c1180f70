// Decimal::Parse.
#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/decimal.h"
#include "lib/powers_of_ten.h"

namespace bigscan {
namespace {

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Bytes in a word, of which each that is a digit has that number: the digits of "120" are 1, 2 and 0
// in the three highest bytes, and the others are 0. This way many are looked at at once, without a
// loop whose end no processor foresees. REQUIRES: 1 to 8 bytes.
uint64_t WordOf(absl::string_view text) {
  static_assert(std::endian::native == std::endian::little);
  const size_t size = text.size();
  const int unused_bits = static_cast<int>(8 * (8 - size));
  uint64_t word;
  if (size >= 4) {
    uint32_t first;
    uint32_t last;
    memcpy(&first, text.data(), 4);
    memcpy(&last, text.data() + size - 4, 4);
    word = uint64_t{last} << 32 | uint64_t{first} << unused_bits;
  } else {
    const auto byte = [text](size_t i) -> uint64_t { return static_cast<uint8_t>(text[i]); };
    word = byte(0) << unused_bits | byte(size / 2) << (unused_bits + 8 * (size / 2)) |
           byte(size - 1) << 56;
  }
  return word ^ 0x3030303030303030 << unused_bits;  // '0' in each byte
}

// Not 0 if a byte is no digit: then the lowest bit that is set is in the lowest such byte.
uint64_t NotDigits(uint64_t word) {
  return ((word + 0x0606060606060606) | word) & 0xf0f0f0f0f0f0f0f0;
}

// Adds up pairs of digits, then pairs of pairs, then those two.
uint64_t NumberOf(uint64_t word) {
  constexpr uint64_t kLowPairs = 0x000000ff000000ff;
  word = word * 10 + (word >> 8);
  return ((word & kLowPairs) * (100 + (uint64_t{1000000} << 32)) +
          (word >> 16 & kLowPairs) * (1 + (uint64_t{10000} << 32))) >>
         32;
}

// The digits after the e. One that is out of all bounds becomes another such.
bool ParseExponent(absl::string_view text, int64_t* exponent) {
  constexpr int64_t kFar = INT64_MAX / 100;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return false;
  *exponent = 0;
  for (char c : text) {
    if (!IsDigit(c)) return false;
    *exponent = std::min(*exponent * 10 + (c - '0'), kFar);
  }
  if (negative) *exponent = -*exponent;
  return true;
}

}  // namespace

std::optional<Decimal> Decimal::Parse(absl::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  if (!text.empty() && text.size() <= 8) {
    const uint64_t word = WordOf(text);
    const uint64_t not_digits = NotDigits(word);
    if (not_digits == 0) return Decimal(negative, NumberOf(word), 0);
    const int point_bit = std::countr_zero(not_digits) & ~7;
    const uint64_t before = word << (56 - point_bit) << 8;
    const uint64_t after = word & ~uint64_t{0xff} << point_bit;
    const auto other = static_cast<char>(word >> point_bit);
    if (other == ('.' ^ '0') && NotDigits(after) == 0 && text.size() > 1) {
      return Decimal(negative, NumberOf(before),
                     NumberOf(after) * kPowersOfTen[kDigits - (56 - point_bit) / 8]);
    }
    return ParseAny(text, negative);
  }
  // The numbers wrap around if there are too many digits, and then are not used.
  const char* at = text.data();
  const char* const end = at + text.size();
  uint64_t whole = 0;
  for (; at != end && IsDigit(*at); ++at) whole = whole * 10 + static_cast<uint64_t>(*at - '0');
  const ptrdiff_t whole_digits = at - text.data();
  if (at == end && whole_digits > 0 && whole_digits <= kDigits) return Decimal(negative, whole, 0);
  if (at == end || *at != '.') return ParseAny(text, negative);
  const char* const point = at++;
  uint64_t fraction = 0;
  for (; at != end && IsDigit(*at); ++at) {
    fraction = fraction * 10 + static_cast<uint64_t>(*at - '0');
  }
  const ptrdiff_t fraction_digits = at - point - 1;
  if (at != end || whole_digits > kDigits || fraction_digits > kDigits ||
      whole_digits + fraction_digits == 0) {
    return ParseAny(text, negative);
  }
  return Decimal(negative, whole, fraction * kPowersOfTen[kDigits - fraction_digits]);
}

// Adds each digit at its power of ten, so that where the zeros stand does not matter.
std::optional<Decimal> Decimal::ParseAny(absl::string_view text, bool negative) {
  const absl::string_view mantissa = text.substr(0, text.find_first_of("eE"));
  int64_t exponent = 0;
  if (mantissa.size() < text.size() &&
      !ParseExponent(text.substr(mantissa.size() + 1), &exponent)) {
    return std::nullopt;
  }
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  int64_t power = static_cast<int64_t>(point) + exponent;
  uint64_t whole = 0;
  uint64_t fraction = 0;
  for (size_t i = 0; i < mantissa.size(); ++i) {
    if (i == point) continue;
    if (!IsDigit(mantissa[i])) return std::nullopt;
    --power;
    const auto digit = static_cast<uint64_t>(mantissa[i] - '0');
    if (digit == 0) continue;
    if (power < -kDigits || power >= kDigits) return std::nullopt;
    if (power >= 0) {
      whole += digit * kPowersOfTen[power];
    } else {
      fraction += digit * kPowersOfTen[power + kDigits];
    }
  }
  const bool has_digits = mantissa.size() > (point < mantissa.size() ? 1 : 0);
  return has_digits ? std::optional(Decimal(negative, whole, fraction)) : std::nullopt;
}

}  // namespace bigscan
