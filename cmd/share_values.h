// Has jobs that look at the same records for fields, or captures, look for them once.
#ifndef BIGSCAN_CMD_SHARE_VALUES_H_
#define BIGSCAN_CMD_SHARE_VALUES_H_

#include <vector>

#include "absl/status/status.h"
#include "cmd/options.h"

namespace bigscan {

// Gives those of `jobs` a common GroupSpec::shared_values, and has their values counted through as they are there. Fails
// as SharedValues::Create does.
absl::Status ShareValues(std::vector<Options>* jobs);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SHARE_VALUES_H_
