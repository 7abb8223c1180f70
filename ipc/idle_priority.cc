#include "ipc/idle_priority.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bigscan {
namespace {

constexpr int kMostNice = 19;
// Of ioprio_set(2), for which glibc has no function, and Linux's header is no C++.
constexpr int kWhoProcess = 1;
constexpr int kClassIdle = 3 << 13;  // it has no levels

}  // namespace

absl::Status TakeIdlePriority() {
  absl::Status status;
  const sched_param parameters{};
  if (sched_setscheduler(0, SCHED_IDLE, &parameters) != 0 &&
      setpriority(PRIO_PROCESS, 0, kMostNice) != 0) {
    status = absl::ErrnoToStatus(errno, "no idle CPU priority");
  }
  if (syscall(SYS_ioprio_set, kWhoProcess, 0, kClassIdle) != 0) {
    status.Update(absl::ErrnoToStatus(errno, "no idle I/O priority"));
  }
  return status;
}

}  // namespace bigscan
