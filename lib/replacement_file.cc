#include "lib/replacement_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/write_all.h"

namespace bigscan {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

// As of a file that open(2) makes. mkostemp(3) keeps it from all others.
void TakeUsualMode(int fd) {
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
}

absl::Status IsNoPlace(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": is no regular file, which could be replaced"));
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

// Whether somebody else than root or this user may have put there what is in it.
bool IsWritableByOthers(const struct stat& directory) {
  return (directory.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
         (directory.st_uid != 0 && directory.st_uid != geteuid());
}

// Where the symbolic link `path` leads to, which need not be there.
absl::StatusOr<std::string> Followed(std::string path) {
  constexpr int kMostLinks = 40;  // as path_resolution(7)
  for (int links = 0; links < kMostLinks; ++links) {
    struct stat info;
    if (lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
    const std::string directory = DirectoryOf(path);
    if (stat(directory.c_str(), &info) != 0) return absl::ErrnoToStatus(errno, path);
    if (IsWritableByOthers(info)) {
      return absl::PermissionDeniedError(
          absl::StrCat(path, ": is a symbolic link, which is not followed where others can write"));
    }
    char target[PATH_MAX];
    const ssize_t size = readlink(path.c_str(), target, sizeof(target));
    if (size < 0) return absl::ErrnoToStatus(errno, path);
    const std::string name(target, static_cast<size_t>(size));
    path = name[0] == '/' || directory == "." ? name : directory + name;
  }
  return absl::ErrnoToStatus(ELOOP, path);
}

// A file without a name in `directory`, which can still be given one. -1 where there can be none.
int OpenNameless(const std::string& directory) {
  if (access("/proc/self/fd", X_OK) != 0) return -1;
  return open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
}

std::string OpenedName(int fd) { return absl::StrCat("/proc/self/fd/", fd); }

// Lets no signal end the process between two steps.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before_);
  }
  ~WithoutSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

absl::StatusOr<std::unique_ptr<ReplacementFile>> ReplacementFile::Create(const std::string& path) {
  absl::StatusOr<std::string> target = Followed(path);
  if (!target.ok()) return target.status();
  struct stat info;
  if (lstat(target->c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return IsNoPlace(path);
  std::string temporary;
  int fd = OpenNameless(DirectoryOf(*target));
  if (fd < 0) {
    temporary = absl::StrCat(*target, ".XXXXXX");
    fd = mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return absl::ErrnoToStatus(errno, path);
    TakeUsualMode(fd);
  }
  return std::unique_ptr<ReplacementFile>(
      new ReplacementFile(*std::move(target), std::move(temporary), fd));
}

absl::StatusOr<std::unique_ptr<ReplacementFile>> ReplacementFile::CreateAs(
    const std::string& path, const std::string& temporary) {
  if (absl::Status status = CheckPlace(path); !status.ok()) return status;
  if (unlink(temporary.c_str()) != 0 && errno != ENOENT) {
    return absl::ErrnoToStatus(errno, temporary);
  }
  const int fd = open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return absl::ErrnoToStatus(errno, temporary);
  return std::unique_ptr<ReplacementFile>(new ReplacementFile(path, temporary, fd));
}

absl::Status ReplacementFile::CheckPlace(const std::string& path) {
  struct stat info;
  const bool is_other = lstat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  return is_other ? IsNoPlace(path) : absl::OkStatus();
}

std::string ReplacementFile::PlaceOf(const std::string& path) {
  std::error_code error;
  const std::filesystem::path place =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  return error ? path : place.string();
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
  if (!WriteAll(fd_, buffer_)) return Failed(errno);
  buffer_.clear();
  return absl::OkStatus();
}

// Gives the file a unique name beside the one that it is to have: a link can not replace a file.
bool ReplacementFile::GiveName() {
  constexpr int kMostTries = 100;
  for (int i = 0; i < kMostTries; ++i) {
    std::string name = absl::StrCat(path_, ".XXXXXX");
    const int fd = mkostemp(name.data(), O_CLOEXEC);  // a name that nobody has
    if (fd < 0) return false;
    close(fd);
    unlink(name.c_str());
    if (linkat(AT_FDCWD, OpenedName(fd_).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      temporary_ = std::move(name);
      return true;
    }
    if (errno != EEXIST) return false;
  }
  return false;
}

absl::Status ReplacementFile::Sync() {
  if (absl::Status status = Flush(); !status.ok()) return status;
  return fsync(fd_) == 0 ? absl::OkStatus() : Failed(errno);
}

absl::Status ReplacementFile::Commit() {
  if (absl::Status status = Sync(); !status.ok()) return status;
  {
    const WithoutSignals held;
    if (temporary_.empty() && !GiveName()) return Failed(errno);
    if (rename(temporary_.c_str(), path_.c_str()) != 0) return Failed(errno);
    temporary_.clear();
  }
  return SyncDirectory(DirectoryOf(path_)) ? absl::OkStatus() : Failed(errno);
}

}  // namespace bigscan
