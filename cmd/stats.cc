#include "cmd/stats.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bigscan {

std::string FormatStats(const ScanStats& stats) {
  const double seconds = static_cast<double>(std::max<uint64_t>(1, stats.wall_us)) / 1e6;
  std::string text = absl::StrFormat(
      "plan        %s\n"
      "bytes       %d\n"
      "records     %d\n"
      "matches     %d\n"
      "wall        %.3f s\n"
      "throughput  %.3f GB/s\n"
      "chunks      %d\n"
      "retries     %d\n",
      stats.plan, stats.bytes, stats.records, stats.selected, seconds,
      static_cast<double>(stats.bytes) / 1e9 / seconds, stats.chunks, stats.retries);
  absl::StrAppendFormat(&text, "%-12s %8s %9s %9s %10s %12s %7s\n", "process", "chunks", "cpu s",
                        "waited s", "voluntary", "involuntary", "deaths");
  for (const ProcessStats& process : stats.processes) {
    absl::StrAppendFormat(&text, "%-12s %8d %9.3f %9.3f %10d %12d %7d\n", process.name,
                          process.chunks, static_cast<double>(process.cpu_us) / 1e6,
                          static_cast<double>(process.waited_us) / 1e6, process.voluntary,
                          process.involuntary, process.deaths);
  }
  return text;
}

}  // namespace bigscan
