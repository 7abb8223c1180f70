// The options about a scan that somebody waits for: --progress and --timeout.
#ifndef BIGSCAN_CMD_WATCH_OPTIONS_H_
#define BIGSCAN_CMD_WATCH_OPTIONS_H_

#include "absl/status/status.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// Fails with kInvalidArgument, with a message for the user.
absl::Status ResolveWatching(const CommandLine& line, Options* options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_WATCH_OPTIONS_H_
