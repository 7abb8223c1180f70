// Finds the part of a log in which the records of a range of time stand, by binary search.
//
// Logs are in the order of time, but not quite: requests are written when they end, several processes
// write one log, and clocks are set. So the search assumes that a record's time is at most a margin before
// that of any record that stands before it. The margin is a minute, or twice what shows at the places that
// are looked at first. These are spread evenly over the file; if they do not ascend by that measure,
// nothing is skipped. Around both borders, places are looked at once more, as there a clock that was set
// back (local time in autumn) would lead the search astray: if it was, the margin there is an hour more.
#ifndef BIGSCAN_LIB_TIME_SEARCH_H_
#define BIGSCAN_LIB_TIME_SEARCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/chunk.h"
#include "lib/record_time.h"
#include "lib/time_filter.h"

namespace bigscan {

// For one process. Reads some 150 places of a file, mostly 4 KiB each, and maps nothing.
class TimeSearch {
 public:
  // Smaller files are not worth it.
  static constexpr uint64_t kLeastBytes = 1 << 20;
  static constexpr int64_t kMarginMicros = 60'000'000;
  static constexpr int64_t kSetBackMicros = 3'600'000'000;

  // Of the options of the filter that decides on each record of what is found.
  TimeSearch(TimeRange range, RecordTime time, char delimiter)
      : range_(range), time_(std::move(time)), delimiter_(delimiter) {}

  // What is to be scanned of the bytes `file` of the regular file `fd`: all records of the range are in
  // it, by the assumption above. Begins and ends where records do. Empty, or `file`, if need be.
  ByteRange Find(int fd, ByteRange file);

 private:
  // A record that has a time.
  struct Place {
    uint64_t at;
    int64_t time;
  };
  std::optional<Place> Look(uint64_t from, uint64_t to);
  bool LookAround();
  bool Ascends(Place first, Place last);
  Place LastBefore(int64_t time);
  Place FirstFrom(int64_t time);
  uint64_t Begin();
  uint64_t End();

  const TimeRange range_;
  RecordTime time_;
  const char delimiter_;

  // Of the file.
  int fd_ = -1;
  ByteRange file_;
  std::vector<Place> places_;  // that were looked at first
  int64_t margin_ = 0;
  int64_t disorder_ = 0;  // by how much times descend in what has been read
  std::string buffer_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TIME_SEARCH_H_
