// The patterns of the command line: -e, -f or the first argument, and what they are.
#ifndef BIGSCAN_CMD_PATTERN_OPTIONS_H_
#define BIGSCAN_CMD_PATTERN_OPTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// Fills in `patterns`, and takes the pattern from `arguments` if it is there. `saved`: instead of those of the
// command line. Fails with kInvalidArgument if there is none, with kNotFound if a file can not be read.
absl::Status ResolvePatterns(const CommandLine& line, std::vector<std::string>* arguments,
                             const SavedOptions* saved, Options* options);

// Where the pattern stands, for messages: "FILE:LINE: ", or nothing.
std::string PlaceOfPattern(const Options& options, size_t pattern);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_PATTERN_OPTIONS_H_
