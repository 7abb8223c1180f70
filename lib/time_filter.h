// Of the records that are selected, those of a range of time.
#ifndef BIGSCAN_LIB_TIME_FILTER_H_
#define BIGSCAN_LIB_TIME_FILTER_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/record_scanner.h"
#include "lib/record_time.h"

namespace bigscan {

// In microseconds since 1970: [since, until).
struct TimeRange {
  int64_t since = std::numeric_limits<int64_t>::min();
  int64_t until = std::numeric_limits<int64_t>::max();
};

// For one process. Stands between the scanner and those who make something of what is selected.
class TimeFilter {
 public:
  struct Options {
    TimeRange range = {};
    RecordTime::Options time = {};
    char delimiter = '\n';
  };
  // Fails as RecordTime::Create.
  static absl::StatusOr<std::unique_ptr<TimeFilter>> Create(const Options& options);

  // What of `selected` is in the range, with the pattern hits of these records. A record without a time
  // is not. The result lives until the next call.
  RecordScanner::Selected Filter(const RecordScanner::Selected& selected);

  // Records without a time that stand between two of the range, or before or behind all of these.
  struct Timeless {
    uint64_t kept;  // how many records of the range stand before them
    uint64_t records;
    absl::string_view first;  // without its delimiter
  };
  // Of the last call, in order. Headers are none.
  const std::vector<Timeless>& timeless() const { return timeless_; }

 private:
  TimeFilter(const Options& options, RecordTime time)
      : range_(options.range), delimiter_(options.delimiter), time_(std::move(time)) {}

  bool Keeps(absl::string_view record, uint64_t kept);

  const TimeRange range_;
  const char delimiter_;
  RecordTime time_;
  std::vector<Run> runs_;
  std::vector<PatternHit> hits_;
  std::vector<Timeless> timeless_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TIME_FILTER_H_
