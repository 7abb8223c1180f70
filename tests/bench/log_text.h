// What all kinds of generated records are put together from: random numbers that are the same
// everywhere, texts that are appended by one copy of a fixed width, numerals, moments.
#ifndef BIGSCAN_TESTS_BENCH_LOG_TEXT_H_
#define BIGSCAN_TESTS_BENCH_LOG_TEXT_H_

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace loggen {

// The most that one record can write, what its last copy writes past the record's end included.
inline constexpr size_t kMaxRecordBytes = 2048;

// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", 2014): one word of state, the same numbers everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // In [0, bound). REQUIRES: bound > 0.
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(((Next() >> 32) * bound) >> 32); }

  bool OneIn(uint32_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

// A text of at most kWidth bytes that is appended by one copy of exactly
// kWidth bytes, which needs neither a call nor a branch.
template <size_t kWidth>
class Piece {
 public:
  Piece() = default;
  explicit Piece(std::string_view text) : length_(text.size()) {
    if (text.size() > kWidth) std::abort();  // a table above is wrong
    std::copy(text.begin(), text.end(), bytes_.begin());
  }

  char* AppendTo(char* out) const {
    std::memcpy(out, bytes_.data(), kWidth);
    return out + length_;
  }

 private:
  std::array<char, kWidth> bytes_{};
  size_t length_ = 0;
};

// Pieces to choose from, each as often as its weight says.
template <size_t kWidth>
class Choice {
 public:
  struct Weighted {
    uint32_t weight;
    std::string_view text;
  };

  Choice(std::initializer_list<Weighted> texts, std::string_view before = "",
         std::string_view after = "") {
    for (const Weighted& each : texts) {
      const Piece<kWidth> piece(std::string(before).append(each.text).append(after));
      pieces_.insert(pieces_.end(), each.weight, piece);
    }
  }

  char* AppendTo(char* out, Random& random) const {
    return pieces_[random.Below(static_cast<uint32_t>(pieces_.size()))].AppendTo(out);
  }

 private:
  std::vector<Piece<kWidth>> pieces_;
};

template <size_t kBytes>
char* AppendText(char* out, const char (&text)[kBytes]) {
  std::memcpy(out, text, kBytes - 1);
  return out + (kBytes - 1);
}

// The numbers from 0 to 999, in decimal, with and without leading zeros.
class Numerals {
 public:
  Numerals() {
    for (unsigned n = 0; n < 1000; ++n) {
      const std::string plain = std::to_string(n);
      plain_[n] = Piece<4>(plain);
      padded_[n] = Piece<4>(std::string(3 - plain.size(), '0') + plain);
    }
  }

  char* AppendPadded3(char* out, uint32_t n) const { return padded_[n].AppendTo(out); }

  char* Append(char* out, uint32_t n) const {
    if (n < 1000) return plain_[n].AppendTo(out);
    if (n < 1000000) return AppendPadded3(plain_[n / 1000].AppendTo(out), n % 1000);
    return std::to_chars(out, out + 10, n).ptr;
  }

  // Thousandths, as in "12.345".
  char* AppendThousandths(char* out, uint32_t n) const {
    out = Append(out, n / 1000);
    *out++ = '.';
    return AppendPadded3(out, n % 1000);
  }

  char* AppendAddress(char* out, uint32_t first_octet, uint32_t others) const {
    out = plain_[first_octet].AppendTo(out);
    for (int i = 0; i < 3; ++i, others >>= 8) {
      *out++ = '.';
      out = plain_[others & 0xff].AppendTo(out);
    }
    return out;
  }

 private:
  std::array<Piece<4>, 1000> plain_;
  std::array<Piece<4>, 1000> padded_;
};

// A moment in UTC, in the parts that the formats are put together from.
struct Moment {
  explicit Moment(std::chrono::sys_seconds time) {
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);
    static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    day_name = kDays.substr(std::chrono::weekday(midnight).c_encoding() * 3, 3);
    month_name = kMonths.substr((unsigned{date.month()} - 1) * 3, 3);
    year = std::to_string(int{date.year()});
    month = TwoDigits(unsigned{date.month()});
    day = TwoDigits(unsigned{date.day()});
    time_of_day = TwoDigits(clock.hours().count()) + ':' + TwoDigits(clock.minutes().count()) +
                  ':' + TwoDigits(clock.seconds().count());
  }

  std::string_view day_name;
  std::string_view month_name;
  std::string year;
  std::string month;
  std::string day;
  std::string time_of_day;

 private:
  static std::string TwoDigits(uint64_t n) {
    return {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
  }
};

constexpr std::chrono::sys_seconds At(int year, unsigned month, unsigned day,
                                      std::chrono::seconds time_of_day) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         time_of_day;
}

}  // namespace loggen

#endif  // BIGSCAN_TESTS_BENCH_LOG_TEXT_H_
