#include "cmd/listed_input.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace bigscan {
namespace {

constexpr uint64_t kEndBytes = 4096;

absl::Status AppendRange(int fd, uint64_t begin, uint64_t end, std::string* bytes) {
  while (begin < end) {
    char buffer[kEndBytes];
    const ssize_t got =
        pread(fd, buffer, std::min(sizeof(buffer), end - begin), static_cast<off_t>(begin));
    if (got < 0) return absl::ErrnoToStatus(errno, "can not be read");
    if (got == 0) return absl::FailedPreconditionError("shorter than its size");
    bytes->append(buffer, static_cast<size_t>(got));
    begin += static_cast<uint64_t>(got);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> EndsDigest(int fd, uint64_t size) {
  std::string bytes;
  const uint64_t head = std::min(size, kEndBytes);
  for (const ByteRange range : {ByteRange{0, head}, {std::max(head, size - head), size}}) {
    absl::Status status = AppendRange(fd, range.begin, range.end, &bytes);
    if (!status.ok()) return status;
  }
  XXH64_canonical_t digest;
  XXH64_canonicalFromHash(&digest, XXH3_64bits(bytes.data(), bytes.size()));
  return std::string(reinterpret_cast<const char*>(digest.digest), sizeof(digest.digest));
}

absl::Status CheckListed(const ListedInput& listed, int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, "can not be read");
  const int64_t modified_ns =
      static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
  const auto size = static_cast<uint64_t>(std::max<off_t>(info.st_size, 0));
  const auto changed = [] {
    return absl::FailedPreconditionError("changed since the inputs were listed");
  };
  if (!S_ISREG(info.st_mode)) return changed();
  if (listed.may_grow) {
    const std::pair<uint64_t, uint64_t> id(info.st_dev, info.st_ino);
    return id == listed.id && size >= listed.size ? absl::OkStatus() : changed();
  }
  if (size == listed.size && modified_ns == listed.modified_ns) return absl::OkStatus();
  if (listed.ends_digest.empty() || size == listed.size) return changed();
  if (size < listed.size) {
    return absl::FailedPreconditionError("has shrunk since the inputs were listed");
  }
  if (listed.whole) {
    return absl::FailedPreconditionError(
        "has grown since the inputs were listed, and can not be cut");
  }
  const absl::StatusOr<std::string> digest = EndsDigest(fd, listed.size);
  if (!digest.ok()) return digest.status();
  if (*digest != listed.ends_digest) {
    return absl::FailedPreconditionError("replaced since the inputs were listed");
  }
  return absl::OkStatus();
}

}  // namespace bigscan
