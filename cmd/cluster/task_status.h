// What a task tells of itself, in a file of the work directory.
#ifndef BIGSCAN_CMD_CLUSTER_TASK_STATUS_H_
#define BIGSCAN_CMD_CLUSTER_TASK_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace bigscan {

struct TaskStatus {
  enum class State {
    kRunning,
    kRetrying,  // will be run again
    kDone,
    kFailed,  // for good
  };
  State state = State::kRunning;
  std::string job = {};   // the id of the job, or job array, that the task is of
  uint32_t failures = 0;  // of earlier tries of this job
  int exit_status = 0;    // of bigscan
  std::string host = {};
  std::string message = {};  // what bigscan said on standard error, or why there is no result
};

absl::Status WriteTaskStatus(const std::string& path, const TaskStatus& status);

// Nothing if there is no such file, or none that WriteTaskStatus has written.
std::optional<TaskStatus> ReadTaskStatus(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_TASK_STATUS_H_
