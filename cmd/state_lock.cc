#include "cmd/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ipc/clock.h"

namespace bigscan {
namespace {

constexpr uint64_t kRetryMicros = 20'000;
// A run that was killed is gone when its children are, which takes them a moment.
constexpr uint64_t kGoneMicros = 2'000'000;

// Whether `path` still is the file `fd`: who had it before may have removed it.
bool IsAt(const std::string& path, int fd) {
  struct stat named;
  struct stat open;
  return stat(path.c_str(), &named) == 0 && fstat(fd, &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

std::optional<pid_t> Holder(int fd) {
  char text[24];
  const ssize_t got = pread(fd, text, sizeof(text), 0);
  pid_t pid = 0;
  if (got <= 0 || !absl::SimpleAtoi(absl::string_view(text, static_cast<size_t>(got)), &pid)) {
    return std::nullopt;
  }
  return pid;
}

bool IsGone(pid_t pid) { return kill(pid, 0) != 0 && errno == ESRCH; }

// That it can not be told only makes a message poorer.
void TellHolder(int fd) {
  const std::string text = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) == 0 && pwrite(fd, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateLock>> StateLock::Acquire(const std::string& path,
                                                              int64_t wait_us) {
  std::string lock_path = absl::StrCat(path, ".lock");
  const uint64_t start = NowMicros();
  const uint64_t deadline = start + static_cast<uint64_t>(wait_us);
  while (true) {
    UniqueFd fd(open(lock_path.c_str(),
                     O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0644));
    if (!fd.valid()) return absl::ErrnoToStatus(errno, lock_path);
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      if (!IsAt(lock_path, fd.get())) continue;
      TellHolder(fd.get());
      return std::unique_ptr<StateLock>(new StateLock(std::move(lock_path), std::move(fd)));
    }
    if (errno != EWOULDBLOCK) return absl::ErrnoToStatus(errno, lock_path);
    const std::optional<pid_t> holder = Holder(fd.get());
    const uint64_t now = NowMicros();
    const bool ends = (!holder.has_value() || IsGone(*holder)) && now < start + kGoneMicros;
    if (now >= deadline && !ends) {
      // On another machine it has no number here.
      return absl::UnavailableError(holder.has_value() && !IsGone(*holder)
                                        ? absl::StrCat(path, ": in use by process ", *holder)
                                        : absl::StrCat(path, ": in use by another process"));
    }
    const timespec pause{.tv_sec = 0, .tv_nsec = 1000 * kRetryMicros};
    nanosleep(&pause, nullptr);
  }
}

// While it is locked: who opens it meanwhile finds out that it is not the one.
StateLock::~StateLock() { unlink(path_.c_str()); }

}  // namespace bigscan
