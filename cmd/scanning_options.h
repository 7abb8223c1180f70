// The options that change how a scan is done, and not what it prints.
#ifndef BIGSCAN_CMD_SCANNING_OPTIONS_H_
#define BIGSCAN_CMD_SCANNING_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Whether --name is one of them.
bool IsScanningOption(absl::string_view name);

// Those among the `words` of a command line, as long options. Fails with kInvalidArgument if the words are none, or only
// ask for help.
absl::StatusOr<std::vector<std::string>> ScanningWords(const std::vector<std::string>& words);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SCANNING_OPTIONS_H_
