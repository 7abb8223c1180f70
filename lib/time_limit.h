// The CPU time that one record may take to be matched.
#ifndef BIGSCAN_LIB_TIME_LIMIT_H_
#define BIGSCAN_LIB_TIME_LIMIT_H_

#include <time.h>

namespace bigscan {

// PCRE2's match limit counts anew at each byte where a match might begin, and for each search of a
// record: both can stay below it for hours.
class TimeLimit {
 public:
  explicit TimeLimit(double seconds = 60) : seconds_(seconds) {}

  // Whether the time is over, by the clock of this process. It counts from the first call: the clock is
  // a system call, which most records do without.
  bool IsOver() {
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    const double seconds = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
    if (deadline_ == 0) deadline_ = seconds + seconds_;
    return seconds >= deadline_;
  }

 private:
  double seconds_;
  double deadline_ = 0;  // 0 before the first call
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TIME_LIMIT_H_
