// Lengths of time, as the user writes them.
#ifndef BIGSCAN_LIB_DURATION_H_
#define BIGSCAN_LIB_DURATION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// "90s", "5m", "1h30m", "2d", "1w", "500ms" in microseconds, more than 0; a plain number is of seconds.
// Numbers are whole ones, and each but a plain one has its unit. The error names the text.
absl::StatusOr<int64_t> ParseDuration(absl::string_view text);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DURATION_H_
