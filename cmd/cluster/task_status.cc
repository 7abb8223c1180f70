#include "cmd/cluster/task_status.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/cluster/work_directory.h"

namespace bigscan {
namespace {

// By State.
constexpr const char* kStates[] = {"running", "retrying", "done", "failed"};

}  // namespace

// Five fields of a line each, and the message as it is behind them.
absl::Status WriteTaskStatus(const std::string& path, const TaskStatus& status) {
  return ReplaceFile(path, absl::StrCat(kStates[static_cast<int>(status.state)], "\n", status.job,
                                        "\n", status.failures, "\n", status.exit_status, "\n",
                                        status.host, "\n", status.message));
}

std::optional<TaskStatus> ReadTaskStatus(const std::string& path) {
  const absl::StatusOr<std::optional<std::string>> bytes = ReadIfThere(path);
  if (!bytes.ok() || !bytes->has_value()) return std::nullopt;
  const std::vector<std::string> fields = absl::StrSplit(**bytes, absl::MaxSplits('\n', 5));
  if (fields.size() != 6) return std::nullopt;
  const auto* state = std::find(std::begin(kStates), std::end(kStates), fields[0]);
  TaskStatus status{.job = fields[1], .host = fields[4], .message = fields[5]};
  if (state == std::end(kStates) || !absl::SimpleAtoi(fields[2], &status.failures) ||
      !absl::SimpleAtoi(fields[3], &status.exit_status)) {
    return std::nullopt;
  }
  status.state = static_cast<TaskStatus::State>(state - std::begin(kStates));
  return status;
}

}  // namespace bigscan
