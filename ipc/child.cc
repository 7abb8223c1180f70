#include "ipc/child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

void ResetSignals() {
  // Ctrl-C, or a `kill -USR1 0`, reaches the whole process group: only the coordinator decides what it means.
  for (int signal : {SIGINT, SIGQUIT, SIGHUP, SIGPIPE, SIGUSR1}) ::signal(signal, SIG_IGN);
  ::signal(SIGTERM, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

std::string ChildEnd::Describe() const {
  if (signal == 0 && exit_code == kOutOfMemory) return "out of memory";
  if (signal == 0) return absl::StrCat("exit status ", exit_code);
  return absl::StrCat("signal ", signal, " (", strsignal(signal), ")",
                      signal == SIGSYS ? ": forbidden system call" : "");
}

absl::StatusOr<Child> Child::Fork(absl::FunctionRef<void()> body) {
  const pid_t coordinator = getpid();
  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  if (pid == 0) {
    DieWithCoordinator(coordinator);
    ResetSignals();
    std::set_new_handler([] { _exit(ChildEnd::kOutOfMemory); });
    body();
    _exit(1);
  }
  // Not pidfd_open(3): the header of glibc 2.36 forgets extern "C".
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    const absl::Status status = absl::ErrnoToStatus(errno, "pidfd_open");
    Child(pid, UniqueFd());  // ends it
    return status;
  }
  return Child(pid, std::move(pidfd));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  Kill();
  Reap();
}

void Child::Kill() {
  if (pid_ >= 0) kill(pid_, SIGKILL);
}

ChildEnd Child::Reap() {
  ChildEnd end;
  if (pid_ < 0) return end;
  int status = 0;
  while (wait4(pid_, &status, 0, &end.usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.exit_code = WEXITSTATUS(status);
  }
  return end;
}

void CloseDescriptorsBut(std::initializer_list<int> kept) {
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
  std::vector<int> sorted(kept);
  std::sort(sorted.begin(), sorted.end());
  unsigned next = STDERR_FILENO + 1;
  for (const int fd : sorted) {
    const auto here = static_cast<unsigned>(fd);
    if (here > next) close_range(next, here - 1, 0);
    next = here + 1;
  }
  close_range(next, ~0U, 0);
}

void DieWithCoordinator(pid_t coordinator) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != coordinator) _exit(1);  // it died before the line above
}

void PinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(cpu), &set);
  sched_setaffinity(0, sizeof(set), &set);
}

}  // namespace bigscan
