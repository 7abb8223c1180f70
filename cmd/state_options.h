// The options of resumed scans: --state and --wait, and what they go together with.
#ifndef BIGSCAN_CMD_STATE_OPTIONS_H_
#define BIGSCAN_CMD_STATE_OPTIONS_H_

#include "absl/status/status.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// REQUIRES: all else is resolved. Fails with kInvalidArgument, with a message for the user.
absl::Status ResolveState(const CommandLine& line, Options* options);

// Whether the state holds a result that grows from run to run. Otherwise, with --state, each run prints its records.
bool Accumulates(const Options& options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_STATE_OPTIONS_H_
