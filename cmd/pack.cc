#include "cmd/pack.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bigscan {

absl::StatusOr<PackedBytes> ReadPackedFile(const PackedFile& file, std::string* buffer) {
  if (buffer->size() < file.size) buffer->resize(file.size);
  size_t filled = 0;
  while (filled < file.size) {
    const ssize_t got = pread(file.fd.get(), buffer->data() + filled, file.size - filled,
                              static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::UnknownError(strerror(errno));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  PackedBytes read{.bytes = absl::string_view(buffer->data(), filled)};
  if (filled < file.size) {
    // Those of sysfs never had the size that they claim.
    struct stat info;
    read.truncated =
        fstat(file.fd.get(), &info) != 0 || static_cast<uint64_t>(info.st_size) < file.size;
  }
  return read;
}

}  // namespace bigscan
