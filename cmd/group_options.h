// The options of group-by jobs: --by, --agg, --every, --fields and what goes with them.
#ifndef BIGSCAN_CMD_GROUP_OPTIONS_H_
#define BIGSCAN_CMD_GROUP_OPTIONS_H_

#include "absl/status/status.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// Whether a group-by job is asked for.
bool AsksForGroups(const CommandLine& line);

// Fills in `groups`. REQUIRES: all else is resolved. Reads the first record of the first file, if the format
// has a header. Fails with kInvalidArgument, with a message for the user.
absl::Status ResolveGroups(const CommandLine& line, Options* options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_GROUP_OPTIONS_H_
