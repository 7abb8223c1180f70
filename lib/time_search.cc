#include "lib/time_search.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/string_view.h"
#include "lib/record.h"

namespace bigscan {
namespace {

constexpr uint64_t kPlaces = 64;  // in a file
constexpr uint64_t kPlacesAtBorder = 16;
constexpr uint64_t kLeastReadBytes = 4 << 10;
// No time in so many bytes, or a longer record: then there is none at this place.
constexpr uint64_t kMostReadBytes = 64 << 10;
// To scan so many is cheaper than to look for less.
constexpr uint64_t kEnoughBytes = 128 << 10;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

int64_t Plus(int64_t time, int64_t more) {
  int64_t sum = 0;
  if (__builtin_add_overflow(time, more, &sum)) return more < 0 ? kMin : kMax;
  return sum;
}

int64_t Minus(int64_t time, int64_t less) { return Plus(time, -less); }

}  // namespace

// The first record in [from, to) that has a time, as far as one is found in a few bytes.
std::optional<TimeSearch::Place> TimeSearch::Look(uint64_t from, uint64_t to) {
  const uint64_t start = from > file_.begin ? from - 1 : from;
  std::optional<Place> found;
  int64_t latest = kMin;
  size_t at = 0;  // of the next record in the buffer
  bool skipped = start == from;
  for (uint64_t size = kLeastReadBytes; size <= kMostReadBytes; size *= 4) {
    buffer_.resize(std::min(size, file_.end - start));
    const ssize_t got = pread(fd_, buffer_.data(), buffer_.size(), static_cast<off_t>(start));
    if (got <= 0) return std::nullopt;
    const absl::string_view bytes(buffer_.data(), static_cast<size_t>(got));
    const bool at_end = start + bytes.size() == file_.end;
    while (at < bytes.size()) {
      const size_t end = RecordEnd(bytes, at, delimiter_);
      if (bytes[end - 1] != delimiter_ && !at_end) break;
      const absl::string_view record = WithoutDelimiter(bytes.substr(at, end - at), delimiter_);
      const uint64_t begin = start + at;
      if (!found.has_value() && skipped && begin >= to) return std::nullopt;
      at = end;
      if (!std::exchange(skipped, true)) continue;
      const std::optional<int64_t> time = time_.Find(record);
      if (!time.has_value()) continue;
      if (!found.has_value()) found = {begin, *time};
      latest = std::max(latest, *time);
      disorder_ = std::max(disorder_, Minus(latest, *time));
    }
    if (found.has_value() || at_end) return found;
  }
  return std::nullopt;
}

// Whether times ascend, as far as the margin goes, at places from one record to another.
bool TimeSearch::Ascends(Place first, Place last) {
  int64_t latest = first.time;
  const uint64_t step = (last.at - first.at) / kPlacesAtBorder + 1;
  for (uint64_t at = first.at + step; at < last.at; at += step) {
    const std::optional<Place> place = Look(at, last.at);
    if (!place.has_value()) continue;
    if (place->time < Minus(latest, margin_)) return false;
    latest = std::max(latest, place->time);
  }
  return last.time >= Minus(latest, margin_);
}

// Whether the file ascends by what is seen of it.
bool TimeSearch::LookAround() {
  places_.clear();
  disorder_ = 0;
  const uint64_t step = file_.size() / kPlaces;
  for (uint64_t i = 0; i < kPlaces; ++i) {
    const std::optional<Place> place = Look(file_.begin + i * step, file_.end);
    if (place.has_value() && (places_.empty() || places_.back().at < place->at)) {
      places_.push_back(*place);
    }
  }
  if (disorder_ > kSetBackMicros) return false;
  margin_ = std::max(kMarginMicros, 2 * disorder_);
  int64_t latest = kMin;
  for (const Place& place : places_) {
    if (place.time < Minus(latest, margin_)) return false;
    latest = std::max(latest, place.time);
  }
  return !places_.empty();
}

// A record of before `time` and close to the last one of these, or the beginning of the file.
TimeSearch::Place TimeSearch::LastBefore(int64_t time) {
  const auto last = std::find_if(places_.rbegin(), places_.rend(),
                                 [time](const Place& place) { return place.time < time; });
  Place low = last == places_.rend() ? Place{file_.begin, kMin} : *last;
  uint64_t high = last == places_.rbegin() ? file_.end : std::prev(last)->at;
  while (high - low.at > kEnoughBytes) {
    const uint64_t middle = low.at + (high - low.at) / 2;
    const std::optional<Place> place = Look(middle, high);
    if (place.has_value() && place->time < time) {
      low = *place;
    } else {
      high = middle;
    }
  }
  return low;
}

// A record of `time` or later and close to the first one of these, or the end of the file.
TimeSearch::Place TimeSearch::FirstFrom(int64_t time) {
  const auto first = std::find_if(places_.begin(), places_.end(),
                                  [time](const Place& place) { return place.time >= time; });
  Place high = first == places_.end() ? Place{file_.end, kMax} : *first;
  uint64_t low = first == places_.begin() ? file_.begin : std::prev(first)->at;
  while (high.at - low > kEnoughBytes) {
    const uint64_t middle = low + (high.at - low) / 2;
    const std::optional<Place> place = Look(middle, high.at);
    if (place.has_value() && place->time >= time) {
      high = *place;
    } else {
      low = middle;
    }
  }
  return high;
}

uint64_t TimeSearch::Begin() {
  const int64_t time = Minus(range_.since, margin_);
  const Place near = LastBefore(time);
  if (near.at == file_.begin) return near.at;
  const Place far = LastBefore(Minus(time, kSetBackMicros));
  return far.at >= near.at || Ascends(far, near) ? near.at : far.at;
}

uint64_t TimeSearch::End() {
  const int64_t time = Plus(range_.until, margin_);
  const Place near = FirstFrom(time);
  if (near.at == file_.end) return near.at;
  const Place far = FirstFrom(Plus(time, kSetBackMicros));
  return far.at <= near.at || Ascends(near, far) ? near.at : far.at;
}

ByteRange TimeSearch::Find(int fd, ByteRange file) {
  if (file.size() < kLeastBytes) return file;
  fd_ = fd;
  file_ = file;
  if (!LookAround()) return file;
  const uint64_t begin = range_.since == kMin ? file.begin : Begin();
  const uint64_t end = range_.until == kMax ? file.end : End();
  return {begin, std::max(begin, end)};
}

}  // namespace bigscan
