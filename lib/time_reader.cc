#include "lib/time_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace bigscan {
namespace {

// A stamp with its blanks is shorter by far; and so no record takes time quadratic in its size.
constexpr size_t kMostStampBytes = 512;

constexpr std::array<bool, 256> kStandsBefore = [] {
  std::array<bool, 256> set = {};
  for (unsigned char byte : {'[', '"', '=', ':', ' ', '\t'}) set[byte] = true;
  return set;
}();

uint64_t Load(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }

// Stamps begin with fewer.
constexpr size_t kMostDigits = 20;

size_t DigitsAtFront(absl::string_view text) {
  size_t digits = 0;
  while (digits < std::min(text.size(), kMostDigits) && IsDigit(text[digits])) ++digits;
  return digits;
}

// Where in a stamp the time of the day begins.
size_t FirstOfClock(const TimeMatch& match) {
  const size_t first = *std::min_element(match.clock_at.begin(), match.clock_at.end());
  return match.fraction_size > 0 ? std::min(first, match.fraction_at) : first;
}

}  // namespace

bool TimeReader::Memo::Recall(absl::string_view text, Place place, int64_t* micros) const {
  if (place != place_ || size_ == 0 || text.size() < size_) return false;
  if (place == Place::kField && text.size() != size_) return false;
  for (size_t i = 0; i < words_size_; ++i) {
    const Word& word = words_[i];
    if (((Load(text.data() + word.at) ^ word.bytes) & word.mask) != 0) return false;
  }
  int64_t clock = 0;
  if (!ReadClock(text, &clock)) return false;
  *micros = micros_ + clock;
  return true;
}

bool TimeReader::Memo::ReadClock(absl::string_view text, int64_t* micros) const {
  int64_t sum = 0;
  for (size_t i = 0; i < parts_size_; ++i) {
    const Part& part = parts_[i];
    const char* digits = text.data() + part.at;
    const int64_t number = (digits[0] - '0') * 10 + (digits[1] - '0');
    if (!IsDigit(digits[0]) || !IsDigit(digits[1]) || number > part.last) return false;
    sum += number * part.micros;
  }
  int64_t place = 100'000;
  for (size_t i = fraction_at_; i < fraction_at_ + fraction_size_; ++i) {
    if (!IsDigit(text[i])) return false;
    sum += (text[i] - '0') * place;
    place /= 10;
  }
  *micros = sum;
  return true;
}

void TimeReader::Memo::Keep(absl::string_view text, Place place, const TimeMatch& match,
                            bool may_differ) {
  // At the end of a record, the next one may go on: then there is no more to compare with.
  if (place != Place::kField && match.seen > text.size()) return;
  const size_t size = place == Place::kField ? text.size() : match.seen;
  if (size < kWord || size > kWord * kMostWords) return;
  size_ = size;
  place_ = place;
  micros_ = match.micros;
  parts_size_ = 0;
  fraction_size_ = 0;
  std::array<char, kWord * kMostWords> mask;
  mask.fill(static_cast<char>(0xff));
  if (may_differ) {
    constexpr std::array<Part, 3> kClock = {
        {{0, 23, 3'600'000'000}, {0, 59, 60'000'000}, {0, 59, 1'000'000}}};
    for (size_t i = 0; i < kClock.size(); ++i) {
      const size_t at = match.clock_at[i];
      if (at == TimeMatch::kNone) continue;
      parts_[parts_size_++] = {at, kClock[i].last, kClock[i].micros};
      std::memset(mask.data() + at, 0, 2);
    }
    fraction_at_ = match.fraction_at;
    fraction_size_ = match.fraction_size;
    std::memset(mask.data() + fraction_at_, 0, fraction_size_);
    int64_t clock = 0;
    if (!ReadClock(text, &clock)) {  // a leap second
      size_ = 0;
      return;
    }
    micros_ -= clock;
  }
  words_size_ = 0;
  for (size_t at = 0; at < size; at += kWord) {
    const size_t word_at = std::min(at, size - kWord);
    words_[words_size_++] = {word_at, Load(mask.data() + word_at), Load(text.data() + word_at)};
  }
}

TimeReader::TimeReader(std::vector<TimeFormat> formats, const TimeContext& context)
    : formats_(formats.empty() ? CommonTimeFormats() : std::move(formats)), context_(context) {
  for (const TimeFormat& format : formats_) {
    for (size_t byte = 0; byte < may_begin_.size(); ++byte) {
      may_begin_[byte] = may_begin_[byte] || format.first_bytes()[byte];
    }
  }
}

bool TimeReader::At(absl::string_view text, Place place, int64_t* micros) {
  if (text.empty()) return false;
  if (memo_.Recall(text, place, micros)) return true;
  // By what the formats that come first have seen, they are none of these stamps.
  size_t seen = 1;
  // Most of what is no stamp is a number or an address, which is told by where its first digits end.
  const size_t digits = DigitsAtFront(text);
  const int next = digits < text.size() ? static_cast<unsigned char>(text[digits]) : -1;
  for (const TimeFormat& format : formats_) {
    if (!format.first_bytes()[static_cast<unsigned char>(text.front())]) continue;
    if (place == Place::kInRecord && format.begins_with_epoch()) continue;
    if (digits > 0 && !format.MayBegin(digits, next)) {
      seen = std::max(seen, digits + 1);
      continue;
    }
    TimeMatch match = format.Match(text, context_);
    bool is_stamp = match.matches;
    if (place == Place::kField) {
      is_stamp = is_stamp && match.size == text.size();
    } else if (is_stamp) {
      match.seen = std::max(match.seen, match.size + 1);
      is_stamp = match.size == text.size() || !IsDigit(text[match.size]);
    }
    if (is_stamp) {
      const bool may_differ = seen <= FirstOfClock(match);
      match.seen = std::max(match.seen, seen);
      memo_.Keep(text, place, match, may_differ);
      *micros = match.micros;
      return true;
    }
    seen = std::max(seen, match.seen);
  }
  return false;
}

std::optional<int64_t> TimeReader::Read(absl::string_view field) {
  int64_t micros = 0;
  if (!At(field, Place::kField, &micros)) return std::nullopt;
  return micros;
}

std::optional<int64_t> TimeReader::Find(absl::string_view record) {
  record = record.substr(0, kMostBefore + kMostStampBytes);
  int64_t micros = 0;
  if (At(record, Place::kRecordBegin, &micros)) return micros;
  const size_t last = std::min(record.size(), kMostBefore + 1);
  for (size_t i = 1; i < last; ++i) {
    if (!kStandsBefore[static_cast<unsigned char>(record[i - 1])] ||
        !may_begin_[static_cast<unsigned char>(record[i])]) {
      continue;
    }
    if (At(record.substr(i), Place::kInRecord, &micros)) return micros;
  }
  return std::nullopt;
}

}  // namespace bigscan
