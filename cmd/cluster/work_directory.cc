#include "cmd/cluster/work_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "lib/replacement_file.h"

namespace bigscan {
namespace {

absl::Status FailedFor(const std::string& path, const std::error_code& error) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", error.message()));
}

}  // namespace

absl::StatusOr<WorkDirectory> WorkDirectory::Open(const std::string& path, bool create) {
  std::error_code error;
  if (create) {
    for (const char* name : {"parts", "merged", "status", "log"}) {
      std::filesystem::create_directories(std::filesystem::path(path) / name, error);
      if (error) return FailedFor(path, error);
    }
  }
  const std::filesystem::path absolute = std::filesystem::canonical(path, error);
  if (error) return FailedFor(path, error);
  return WorkDirectory(absolute.string());
}

absl::StatusOr<UniqueFd> WorkDirectory::Lock() const {
  const std::string file = path_ + "/lock";
  UniqueFd fd(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, file);
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd.get(), F_SETLK, &lock) == 0) return fd;
  if (errno == EAGAIN || errno == EACCES) {
    return absl::UnavailableError(absl::StrCat(path_, ": another run is being submitted there"));
  }
  // There are shared file systems without locks. A second run is found out by its jobs then, unless both are submitted at
  // the same moment.
  return fd;
}

absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return std::nullopt;
  if (!fd.valid()) return absl::ErrnoToStatus(errno, path);
  std::string bytes;
  char buffer[16 << 10];
  while (true) {
    const ssize_t got = read(fd.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, path);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(got));
  }
}

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes) {
  absl::StatusOr<std::unique_ptr<ReplacementFile>> file = ReplacementFile::Create(path);
  if (!file.ok()) return file.status();
  const absl::Status status = (*file)->Append(bytes);
  return status.ok() ? (*file)->Commit() : status;
}

}  // namespace bigscan
