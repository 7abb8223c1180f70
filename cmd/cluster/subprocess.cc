#include "cmd/cluster/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ipc/signals.h"
#include "ipc/unique_fd.h"

namespace bigscan {
namespace {

constexpr size_t kMostErrorBytes = 64 << 10;
constexpr int kNotStarted = 127;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "no pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// In the child.
[[noreturn]] void Execute(const std::vector<char*>& words, const Pipe& out, const Pipe& err) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, STDIN_FILENO);
  dup2(out.write.get(), STDOUT_FILENO);
  dup2(err.write.get(), STDERR_FILENO);
  execvp(words[0], words.data());
  const std::string message = absl::StrCat(words[0], ": ", strerror(errno), "\n");
  if (write(STDERR_FILENO, message.data(), message.size()) < 0) _exit(kNotStarted);
  _exit(kNotStarted);
}

// Takes what is there. False at the end.
absl::StatusOr<bool> Drain(int fd, const TakeOutput& take) {
  char buffer[64 << 10];
  const ssize_t got = read(fd, buffer, sizeof(buffer));
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  const absl::Status status = take({buffer, static_cast<size_t>(got)});
  if (!status.ok()) return status;
  return true;
}

int StatusOf(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

absl::StatusOr<Ended> RunProgram(const std::vector<std::string>& words, TakeOutput take) {
  Ended ended;
  if (take == nullptr) {
    take = [&ended](absl::string_view bytes) {
      absl::StrAppend(&ended.out, bytes);
      return absl::OkStatus();
    };
  }
  const TakeOutput take_error = [&ended](absl::string_view bytes) {
    const size_t room = kMostErrorBytes - std::min(kMostErrorBytes, ended.err.size());
    absl::StrAppend(&ended.err, bytes.substr(0, room));
    return absl::OkStatus();
  };
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  absl::StatusOr<Pipe> out = MakePipe();
  if (!out.ok()) return out.status();
  absl::StatusOr<Pipe> err = MakePipe();
  if (!err.ok()) return err.status();

  SignalWatch signals;
  const pid_t child = fork();
  if (child < 0) return absl::ErrnoToStatus(errno, words[0]);
  if (child == 0) Execute(argv, *out, *err);
  out->write.Reset();
  err->write.Reset();
  absl::Status failed;
  while (out->read.valid() || err->read.valid()) {
    pollfd fds[] = {{.fd = out->read.get(), .events = POLLIN, .revents = 0},
                    {.fd = err->read.get(), .events = POLLIN, .revents = 0},
                    {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    if (poll(fds, 3, -1) < 0) continue;
    if (fds[2].revents != 0) {
      if (const int signal = signals.Take(); signal != 0) {
        ended.signal = signal;
        kill(child, signal);
      }
    }
    for (int i = 0; i < 2; ++i) {
      if (fds[i].revents == 0) continue;
      UniqueFd& fd = i == 0 ? out->read : err->read;
      const absl::StatusOr<bool> more = Drain(fd.get(), i == 0 ? take : take_error);
      if (!more.ok() && failed.ok()) {
        failed = more.status();
        kill(child, SIGKILL);
      }
      if (!more.ok() || !*more) fd.Reset();
    }
  }
  ended.status = StatusOf(child);
  if (!failed.ok()) return failed;
  return ended;
}

}  // namespace bigscan
