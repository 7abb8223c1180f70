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
  // What is in memory when some groups had to make room is no part of the result that means anything.
  if (!spill_.empty() || all_.empty() || all_.size() > kMostGroups || most_lines < 2) return {};
  GroupReport report(spec_, all_, std::make_unique<SortedTable>(order_.First(all_, most_lines - 1)),
                     TableFormat::kText);
  std::string text;
  report.Next(&text);
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

}  // namespace bigscan
