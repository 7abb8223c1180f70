#include "lib/time_filter.h"

#include <optional>
#include <utility>

#include "lib/record.h"

namespace bigscan {

absl::StatusOr<std::unique_ptr<TimeFilter>> TimeFilter::Create(const Options& options) {
  absl::StatusOr<RecordTime> time = RecordTime::Create(options.time);
  if (!time.ok()) return time.status();
  return std::unique_ptr<TimeFilter>(new TimeFilter(options, *std::move(time)));
}

RecordScanner::Selected TimeFilter::Filter(const RecordScanner::Selected& selected) {
  runs_.clear();
  hits_.clear();
  timeless_.clear();
  uint64_t kept = 0;
  size_t hit = 0;
  for (const Run& run : selected.runs) {
    for (size_t begin = run.begin; begin < run.end;) {
      const size_t end = RecordEnd(selected.block, begin, delimiter_);
      const absl::string_view record = selected.block.substr(begin, end - begin);
      const bool keeps = Keeps(WithoutDelimiter(record, delimiter_), kept);
      for (; hit < selected.hits.size() && selected.hits[hit].record == begin; ++hit) {
        if (keeps) hits_.push_back(selected.hits[hit]);
      }
      if (keeps) {
        ++kept;
        if (!runs_.empty() && runs_.back().end == begin) {
          runs_.back().end = end;
        } else {
          runs_.push_back({begin, end});
        }
      }
      begin = end;
    }
  }
  return {.block = selected.block,
          .block_begin = selected.block_begin,
          .runs = runs_,
          .records = kept,
          .hits = hits_,
          .binary = selected.binary};
}

bool TimeFilter::Keeps(absl::string_view record, uint64_t kept) {
  const std::optional<int64_t> time = time_.Find(record);
  if (time.has_value()) return range_.since <= *time && *time < range_.until;
  if (time_.IsHeader(record)) return false;
  if (timeless_.empty() || timeless_.back().kept != kept) {
    timeless_.push_back({.kept = kept, .records = 0, .first = record});
  }
  ++timeless_.back().records;
  return false;
}

}  // namespace bigscan
