// The options of group-by jobs: --by, --agg, --every and what goes with them.
#ifndef BIGSCAN_CMD_GROUP_OPTIONS_H_
#define BIGSCAN_CMD_GROUP_OPTIONS_H_

#include "absl/status/status.h"
#include "cmd/command_line.h"
#include "cmd/options.h"
#include "lib/record_time.h"

namespace bigscan {

// Whether a group-by job is asked for.
bool AsksForGroups(const CommandLine& line);

// Fills in `groups`. `time`: what is said of the records. REQUIRES: all else is resolved. Fails with
// kInvalidArgument, with a message for the user.
absl::Status ResolveGroups(const CommandLine& line, const RecordTime::Options& time,
                           Options* options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_GROUP_OPTIONS_H_
