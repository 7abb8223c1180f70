#include "lib/replacement_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

// As of a file that open(2) makes. mkostemp(3) keeps it from all others.
void TakeUsualMode(int fd) {
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
}

// A rename is on the disk when its directory is. Some file systems can not do that, and need not.
bool SyncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0 || errno == EINVAL;
  const int error = errno;
  close(fd);
  errno = error;
  return synced;
}

}  // namespace

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

absl::StatusOr<std::unique_ptr<ReplacementFile>> ReplacementFile::Create(const std::string& path) {
  struct stat info;
  if (lstat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is no regular file, which could be replaced"));
  }
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, path);
  TakeUsualMode(fd);
  return std::unique_ptr<ReplacementFile>(new ReplacementFile(path, std::move(temporary), fd));
}

ReplacementFile::~ReplacementFile() {
  close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status ReplacementFile::Failed(int error) const { return absl::ErrnoToStatus(error, path_); }

absl::Status ReplacementFile::Append(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status ReplacementFile::Flush() {
  absl::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t size = write(fd_, rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Failed(errno);
    rest.remove_prefix(static_cast<size_t>(size));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status ReplacementFile::Commit() {
  if (absl::Status status = Flush(); !status.ok()) return status;
  if (fsync(fd_) != 0) return Failed(errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return Failed(errno);
  temporary_.clear();
  return SyncDirectory(DirectoryOf(path_)) ? absl::OkStatus() : Failed(errno);
}

}  // namespace bigscan
