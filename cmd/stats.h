// What --stats prints.
#ifndef BIGSCAN_CMD_STATS_H_
#define BIGSCAN_CMD_STATS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ipc/process_stats.h"

namespace bigscan {

struct ScanStats {
  std::string plan;
  std::map<std::string, uint64_t> bytes_by_engines;  // the engines that were used
  uint64_t bytes = 0;
  std::optional<uint64_t> skipped = {};  // bytes, if any could have been
  uint64_t records = 0;
  uint64_t selected = 0;
  uint64_t wall_us = 0;
  uint64_t chunks = 0;
  uint64_t retries = 0;
  std::string user;  // that children are to become, or empty
  std::vector<ProcessStats> processes;
};

std::string FormatStats(const ScanStats& stats);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_STATS_H_
