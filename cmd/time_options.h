// The options about the format and the time of records: --fields, --time-format, --time-zone, --since and
// --until.
#ifndef BIGSCAN_CMD_TIME_OPTIONS_H_
#define BIGSCAN_CMD_TIME_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/command_line.h"
#include "cmd/options.h"
#include "lib/record_time.h"

namespace bigscan {

// What is said of records and their times, for a group-by job too. REQUIRES: `options` has the files.
// Reads the first record of the first one, if the format has a header. Fails with kInvalidArgument, with
// a message for the user.
absl::StatusOr<RecordTime::Options> ResolveRecordTime(const CommandLine& line,
                                                      const Options& options);

// Fills in `times`.
absl::Status ResolveTimeRange(const CommandLine& line, const RecordTime::Options& time,
                              Options* options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_TIME_OPTIONS_H_
