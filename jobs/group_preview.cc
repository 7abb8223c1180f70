// What a group-by job shows of its result while the scan runs.
#include <memory>
#include <utility>

#include "absl/strings/str_split.h"
#include "jobs/group_by.h"

namespace bigscan {
namespace {

// To look at more of them takes so long that the workers would notice.
constexpr size_t kMostGroups = 1'000'000;

}  // namespace

std::vector<std::string> GroupByJob::Preview(size_t most_lines) const {
  if (most_lines < 2) return {};
  PartitionSort::Sorted first;
  first.ranges.push_back(all_.First(most_lines - 1, kMostGroups));
  if (first.ranges.front().empty()) return {};
  GroupReport report(spec_, all_.layout(), std::make_unique<SortedTables>(std::move(first)),
                     TableFormat::kText);
  std::string text;
  report.Next(&text);
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

}  // namespace bigscan
