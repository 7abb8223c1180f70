#include "cmd/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "ipc/unique_fd.h"

namespace bigscan {
namespace {

absl::Status Failed(const std::string& path) {
  const char* const reason = strerror(errno);
  return absl::NotFoundError(absl::StrCat(path == "-" ? "(standard input)" : path, ": ", reason));
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path, uint64_t most) {
  UniqueFd file;
  if (path != "-") {
    file = UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return Failed(path);
  }
  const int fd = file.valid() ? file.get() : STDIN_FILENO;
  std::string contents;
  while (true) {
    char piece[64 << 10];
    const ssize_t got = read(fd, piece, sizeof(piece));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path);
    if (got == 0) return contents;
    contents.append(piece, static_cast<size_t>(got));
    if (contents.size() > most) {
      errno = EFBIG;
      return Failed(path);
    }
  }
}

}  // namespace bigscan
