#include "cmd/open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace bigscan {
namespace {

std::optional<int> NamedDescriptor(absl::string_view path) {
  if (path == "/dev/stdin") return STDIN_FILENO;
  if (!absl::ConsumePrefix(&path, "/dev/fd/") && !absl::ConsumePrefix(&path, "/proc/self/fd/")) {
    return std::nullopt;
  }
  int number = -1;
  const bool is_number = path.find_first_not_of("0123456789") == absl::string_view::npos;
  return is_number && absl::SimpleAtoi(path, &number) ? std::optional(number) : std::nullopt;
}

// What came through an exec is not closed by one; what we opened ourselves is.
bool IsInherited(int fd) {
  const int flags = fcntl(fd, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

}  // namespace

UniqueFd OpenFile(const std::string& path) {
  const std::optional<int> named = NamedDescriptor(path);
  if (named.has_value() && !IsInherited(*named)) {
    errno = ENOENT;
    return UniqueFd();
  }
  // A FIFO without a writer must not stop the coordinator: its feeder does the waiting.
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid() && errno == ENXIO && named.has_value()) {
    fd = UniqueFd(fcntl(*named, F_DUPFD_CLOEXEC, 3));
  }
  return fd;
}

}  // namespace bigscan
