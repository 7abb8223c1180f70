#include "ipc/read_ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

namespace bigscan {
namespace {

bool Cached(int fd, uint64_t offset) {
  char byte;
  const iovec vector{&byte, 1};
  // Where the file system can not tell, the kernel's own read-ahead has to do.
  return preadv2(fd, &vector, 1, static_cast<off_t>(offset), RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

}  // namespace

void ReadAhead(int fd, uint64_t begin, uint64_t end) {
  if (Cached(fd, begin) && Cached(fd, begin + (end - begin) / 2)) return;
  posix_fadvise(fd, static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                POSIX_FADV_WILLNEED);
}

}  // namespace bigscan
