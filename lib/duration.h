// Lengths of time, as the user writes them.
#ifndef BIGSCAN_LIB_DURATION_H_
#define BIGSCAN_LIB_DURATION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// "90s", "5m", "1h30m", "2d", "1w", "500ms" in microseconds, more than 0; a plain number is of seconds.
// Numbers are whole ones, and each but a plain one has its unit. The error names the text.
absl::StatusOr<int64_t> ParseDuration(absl::string_view text);

// The same as text, in its largest units but weeks, without what is less than a millisecond: "1h30m".
// REQUIRES: at least a millisecond.
std::string FormatDuration(int64_t micros);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DURATION_H_
