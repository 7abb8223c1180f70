#include "lib/file_input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

namespace bigscan {

absl::Status FileInput::More() {
  memmove(buffer_.data(), buffer_.data() + first_, last_ - first_);
  last_ -= first_;
  first_ = 0;
  if (last_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const size_t room = std::min<uint64_t>(buffer_.size() - last_, end_ - std::min(end_, position_));
  while (room > 0) {
    const ssize_t got = pread(fd_, buffer_.data() + last_, room, static_cast<off_t>(position_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "read");
    if (got == 0) {
      position_ = end_ + (last_ - first_);  // it has been truncated
      break;
    }
    last_ += static_cast<size_t>(got);
    position_ += static_cast<uint64_t>(got);
    break;
  }
  return absl::OkStatus();
}

}  // namespace bigscan
