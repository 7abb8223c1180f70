// --config: the options of a configuration file, and of each of its jobs, joined to those of the command line.
#ifndef BIGSCAN_CMD_CONFIG_OPTIONS_H_
#define BIGSCAN_CMD_CONFIG_OPTIONS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// `resolve` makes options of a command line without --config. Where the file is to blame, the message begins with
// its name and the line.
absl::StatusOr<Options> ResolveConfig(
    const CommandLine& line,
    absl::FunctionRef<absl::StatusOr<Options>(const CommandLine& whole)> resolve);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CONFIG_OPTIONS_H_
