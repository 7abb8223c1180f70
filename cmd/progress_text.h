// How far a scan is, in words and numbers.
#ifndef BIGSCAN_CMD_PROGRESS_TEXT_H_
#define BIGSCAN_CMD_PROGRESS_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bigscan {

struct ProgressState {
  uint64_t bytes = 0;  // scanned
  std::optional<uint64_t> all_bytes = {};
  uint64_t files = 0;  // scanned
  std::optional<uint64_t> all_files = {};
  uint64_t selected = 0;  // records
  uint64_t wall_us = 0;   // since the beginning
  // Of late: microseconds, the bytes scanned in them, and what the workers did with theirs.
  uint64_t recent_us = 0;
  uint64_t recent_bytes = 0;
  uint64_t worker_us = 0;
  uint64_t blocked_us = 0;  // waiting for data
  uint64_t waited_us = 0;   // for work, or for room for results
  bool ended = false;       // these are the final numbers
};

// What there is to say, the most important first: "1.2 GB of 4.0 GB (30%)", "2.4 GB/s", "1 s left", "1208 records
// selected", "0 of 2 files", "workers 92% busy, 8% waiting for data". Of what is not known, nothing.
std::vector<std::string> ProgressParts(const ProgressState& state);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_PROGRESS_TEXT_H_
