// Where the patterns match a record that is to be printed, for the formats that show it. A worker's.
#ifndef BIGSCAN_JOBS_RECORD_MATCHES_H_
#define BIGSCAN_JOBS_RECORD_MATCHES_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/job.h"
#include "lib/match_locator.h"

namespace bigscan {

// A record to be printed.
struct RecordRef {
  absl::string_view bytes;                  // its delimiter included, if it has one
  uint64_t offset = 0;                      // in the source
  std::span<const uint32_t> patterns = {};  // those that match it, where that is known; ascending
};

class RecordMatches {
 public:
  // `locator` must outlive this. With `crlf`, a CR before the delimiter is not part of a record.
  RecordMatches(MatchLocator* locator, char delimiter, bool crlf)
      : locator_(locator), delimiter_(delimiter), crlf_(crlf) {}

  // From left to right, offsets into record.bytes. They live until the next call. None where
  // matching fails, which is then among the failures.
  std::span<const MatchLocator::Match> In(const RecordRef& record);

  std::vector<RecordFailure> TakeFailures() { return std::exchange(failures_, {}); }

 private:
  MatchLocator* const locator_;
  const char delimiter_;
  const bool crlf_;
  std::vector<MatchLocator::Match> matches_;
  std::vector<RecordFailure> failures_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_RECORD_MATCHES_H_
