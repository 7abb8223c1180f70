// The priority of a process that is to be in nobody's way (--idle).
#ifndef BIGSCAN_IPC_IDLE_PRIORITY_H_
#define BIGSCAN_IPC_IDLE_PRIORITY_H_

#include "absl/status/status.h"

namespace bigscan {

// Gives this process, and all that it will fork, what CPU time and disk time nobody else wants:
// SCHED_IDLE, or the highest nice value where that can not be had, and ioprio_set(2)'s class "idle".
// Fails when one of the two can not be had; the other one is set all the same.
absl::Status TakeIdlePriority();

}  // namespace bigscan

#endif  // BIGSCAN_IPC_IDLE_PRIORITY_H_
