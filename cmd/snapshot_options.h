// The options of snapshots: --shard, --partial and --merge, and what of all others a snapshot keeps.
#ifndef BIGSCAN_CMD_SNAPSHOT_OPTIONS_H_
#define BIGSCAN_CMD_SNAPSHOT_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// Fills in what --shard and --partial ask for. REQUIRES: all else is resolved. Fails with kInvalidArgument, with a
// message for the user.
absl::Status ResolveSnapshot(const CommandLine& line, Options* options);

// For --merge: its files, and the options that are to outdo those of the snapshots.
absl::StatusOr<Options> MergeOptions(const CommandLine& line);

// The name of the job in messages and snapshots.
const char* JobName(OutputMode mode);

// The command line's options that change the result, as words in an order that does not depend on how they were given.
// Patterns, and whether names are shown, are not among them.
std::vector<std::string> ResultWords(const CommandLine& line, const Options& options);

// Whether `line` has no other options than ResultWords gives, and no operands: a snapshot holds what anybody may have
// written.
bool HasOnlyResultWords(const CommandLine& line);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SNAPSHOT_OPTIONS_H_
