#include "cmd/stats.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "ipc/confinement.h"

namespace bigscan {

namespace {

// "filtered 96%, direct 4%": shares of the bytes, most first.
std::string FormatEngines(const std::map<std::string, uint64_t>& bytes_by_engines) {
  std::vector<std::pair<std::string, uint64_t>> engines(bytes_by_engines.begin(),
                                                        bytes_by_engines.end());
  std::stable_sort(engines.begin(), engines.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  uint64_t all = 0;
  for (const auto& [name, bytes] : engines) all += bytes;
  return absl::StrJoin(engines, ", ", [all](std::string* to, const auto& engine) {
    absl::StrAppendFormat(to, "%s %.0f%%", engine.first,
                          100.0 * static_cast<double>(engine.second) / static_cast<double>(all));
  });
}

// What is in force in all processes but the coordinator.
std::string FormatConfinement(const ScanStats& stats) {
  uint32_t in_force = ~uint32_t{0};
  bool any = false;
  for (const ProcessStats& process : stats.processes) {
    if (process.in_force == 0) continue;
    in_force &= process.in_force;
    any = true;
  }
  if (!any) return "no process";
  std::string text = (in_force & Confinement::kFilter) != 0 ? "seccomp" : "no seccomp";
  if (stats.user.empty()) return text;
  const bool other = (in_force & Confinement::kOtherUser) != 0;
  return absl::StrCat(text, ", ", other ? "" : "not ", "user ", stats.user);
}

}  // namespace

std::string FormatStats(const ScanStats& stats) {
  const double seconds = static_cast<double>(std::max<uint64_t>(1, stats.wall_us)) / 1e6;
  const std::string skipped =
      stats.skipped.has_value() ? absl::StrFormat("skipped     %d\n", *stats.skipped) : "";
  std::string text = absl::StrFormat(
      "plan        %s\n"
      "chosen      %s\n"
      "bytes       %d\n"
      "%s"
      "records     %d\n"
      "matches     %d\n"
      "wall        %.3f s\n"
      "throughput  %.3f GB/s\n"
      "chunks      %d\n"
      "retries     %d\n"
      "confined    %s\n",
      stats.plan, FormatEngines(stats.bytes_by_engines), stats.bytes, skipped, stats.records,
      stats.selected, seconds, static_cast<double>(stats.bytes) / 1e9 / seconds, stats.chunks,
      stats.retries, FormatConfinement(stats));
  absl::StrAppendFormat(&text, "%-12s %8s %9s %9s %9s %10s %12s %7s\n", "process", "chunks",
                        "cpu s", "data-wait", "work-wait", "voluntary", "involuntary", "deaths");
  for (const ProcessStats& process : stats.processes) {
    absl::StrAppendFormat(&text, "%-12s %8d %9.3f %9.3f %9.3f %10d %12d %7d\n", process.name,
                          process.chunks, static_cast<double>(process.cpu_us) / 1e6,
                          static_cast<double>(process.blocked_us) / 1e6,
                          static_cast<double>(process.waited_us) / 1e6, process.voluntary,
                          process.involuntary, process.deaths);
  }
  return text;
}

}  // namespace bigscan
