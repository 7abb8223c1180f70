// What is to be scanned, and where each log is left after that: an old state, the inputs of this run, and what rotation has
// put beside them.
#ifndef BIGSCAN_CMD_RESUME_H_
#define BIGSCAN_CMD_RESUME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/input_list.h"
#include "cmd/log_file.h"
#include "cmd/log_matcher.h"
#include "cmd/options.h"
#include "ipc/stream_decoder.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

// A log, and how it is left.
struct ResumedLog {
  // Of the list that is scanned, from 0; nothing if nothing of it is to be.
  std::optional<size_t> input = {};
  std::optional<snapshot::Position> before = {};
  // When all that is listed of it has been scanned. Of a compressed file the offset is not known before.
  std::optional<snapshot::Position> after = {};
};

struct Resumed {
  InputList list;
  std::vector<ResumedLog> logs;
  bool had_error = false;  // which has been said
  // If not OK, it could not be told what goes on from where (LogMatcher::status): nothing is to be scanned.
  absl::Status status = {};
};

// Says what can not be read, and what was lost of a log; goes on with all else. `passed_over` are no logs. `with_rows`: each
// input is to be in the list, also if there is nothing of it to scan.
Resumed Resume(const Options& options, const DecoderFactory& decoders,
               const LogMatcher::Positions& old, std::set<LogFile::Id> passed_over, bool with_rows);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_RESUME_H_
