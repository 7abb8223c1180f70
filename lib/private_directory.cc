#include "lib/private_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

// What is being written has a name of its own until it is whole.
constexpr absl::string_view kTemporarySuffix = ".tmp";
constexpr PrivateDirectory::NamePattern kTemporary = {16, kTemporarySuffix};
constexpr time_t kTemporarySeconds = 24 * 60 * 60;

absl::Status Failed(absl::string_view what) { return absl::ErrnoToStatus(errno, what); }

bool OwnedAndClosedToOthers(const struct stat& file) {
  // An access control list can give others no more than the bits of the group say.
  return file.st_uid == geteuid() && (file.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// "a/b" -> "a", "/b" -> "/", "b" -> ".".
std::string Parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// kAlreadyExists is no failure here.
absl::Status MakeDirectory(const std::string& path) {
  const PrivateFd parent(open(Parent(path).c_str(), kDirectoryFlags));
  if (!parent.valid()) return Failed("open");
  struct stat info;
  if (fstat(parent.get(), &info) != 0) return Failed("fstat");
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return absl::PermissionDeniedError("its parent belongs to another user");
  }
  const std::string name = path.substr(path.rfind('/') + 1);
  if (mkdirat(parent.get(), name.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return Failed("mkdir");
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Larger files are refused with a signal, which ends the process.
bool MayBecome(uint64_t size) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && size <= limit.rlim_cur;
}

absl::StatusOr<std::string> TemporaryName() {
  uint64_t random;
  if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random)) {
    return Failed("getrandom");
  }
  return absl::StrCat(absl::Hex(random, absl::kZeroPad16), kTemporarySuffix);
}

// When it was read last as far as MarkUsed() says, which a file system mounted noatime keeps, too.
timespec LastUse(const struct stat& file) {
  const auto key = [](const timespec& time) { return std::tuple(time.tv_sec, time.tv_nsec); };
  return std::max(file.st_atim, file.st_mtim,
                  [&](const timespec& a, const timespec& b) { return key(a) < key(b); });
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

absl::Status PrivateFile::Read(char* buffer, size_t size) const {
  while (size > 0) {
    const ssize_t got = read(fd_.get(), buffer, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("read");
    if (got == 0) return absl::DataLossError("the file ends too early");
    buffer += got;
    size -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

void PrivateFile::MarkUsed() const {
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_NOW},
                             {.tv_sec = 0, .tv_nsec = UTIME_OMIT}};
  futimens(fd_.get(), times);  // at worst it is removed too early
}

absl::StatusOr<PrivateDirectory> PrivateDirectory::Open(const std::string& path) {
  PrivateFd fd(open(path.c_str(), kDirectoryFlags | O_NOFOLLOW));
  if (!fd.valid()) return Failed("open");
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return Failed("fstat");
  if (!OwnedAndClosedToOthers(info)) {
    return absl::PermissionDeniedError("others may write to the directory");
  }
  return PrivateDirectory(std::move(fd));
}

absl::StatusOr<PrivateDirectory> PrivateDirectory::Make(const std::string& path) {
  absl::StatusOr<PrivateDirectory> directory = Open(path);
  if (!absl::IsNotFound(directory.status())) return directory;
  absl::Status made = MakeDirectory(path);
  if (absl::IsNotFound(made)) {
    made = MakeDirectory(Parent(path));
    if (made.ok()) made = MakeDirectory(path);
  }
  if (!made.ok()) return made;
  return Open(path);
}

absl::StatusOr<PrivateFile> PrivateDirectory::OpenFile(const std::string& name) const {
  // O_NONBLOCK: a FIFO must not make the caller wait.
  PrivateFd fd(
      openat(fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) return Failed("openat");
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return Failed("fstat");
  if (!S_ISREG(info.st_mode)) return absl::PermissionDeniedError("no regular file");
  if (!OwnedAndClosedToOthers(info)) {
    return absl::PermissionDeniedError("others may write to the file");
  }
  return PrivateFile(std::move(fd), static_cast<uint64_t>(info.st_size));
}

absl::Status PrivateDirectory::WriteFile(const std::string& name,
                                         std::span<const absl::string_view> parts) const {
  uint64_t size = 0;
  for (absl::string_view part : parts) size += part.size();
  if (!MayBecome(size)) return absl::ResourceExhaustedError("no file may become as large");

  const absl::StatusOr<std::string> temporary = TemporaryName();
  if (!temporary.ok()) return temporary.status();
  const PrivateFd fd(openat(fd_.get(), temporary->c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!fd.valid()) return Failed("openat");
  absl::Status status;
  for (absl::string_view part : parts) {
    if (status.ok()) status = WriteAll(fd.get(), part);
  }
  if (status.ok() && fsync(fd.get()) != 0) status = Failed("fsync");
  if (status.ok() && renameat(fd_.get(), temporary->c_str(), fd_.get(), name.c_str()) != 0) {
    status = Failed("renameat");
  }
  if (!status.ok()) unlinkat(fd_.get(), temporary->c_str(), 0);
  return status;
}

bool PrivateDirectory::NamePattern::Matches(absl::string_view name) const {
  return name.size() == digits + suffix.size() && absl::EndsWith(name, suffix) &&
         name.find_first_not_of("0123456789abcdef") >= digits;
}

void PrivateDirectory::Trim(const NamePattern& pattern, const Limits& limits,
                            absl::string_view keep) const {
  // fdopendir() takes the descriptor, and its position, for itself.
  const int fd = openat(fd_.get(), ".", kDirectoryFlags);
  const std::unique_ptr<DIR, CloseDirectory> listing(fd >= 0 ? fdopendir(fd) : nullptr);
  if (listing == nullptr) {
    if (fd >= 0) close(fd);
    return;
  }
  struct Entry {
    std::string name;
    bool kept;
    timespec last_use;
    uint64_t size;
  };
  std::vector<Entry> entries;
  const time_t now = time(nullptr);
  while (const dirent* item = readdir(listing.get())) {
    const std::string name = item->d_name;
    const bool matches = pattern.Matches(name);
    if (!matches && !kTemporary.Matches(name)) continue;
    struct stat info;
    if (fstatat(fd_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    if (matches) {
      entries.push_back({name, name == keep, LastUse(info), static_cast<uint64_t>(info.st_size)});
    } else if (info.st_mtim.tv_sec < now - kTemporarySeconds) {
      unlinkat(fd_.get(), name.c_str(), 0);
    }
  }

  // Best first. Another process may use or replace a file after it was seen here: its reader has it
  // open, and the next run compiles again.
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tuple(a.kept, a.last_use.tv_sec, a.last_use.tv_nsec) >
           std::tuple(b.kept, b.last_use.tv_sec, b.last_use.tv_nsec);
  });
  uint64_t files = 0;
  uint64_t bytes = 0;
  for (const Entry& entry : entries) {
    ++files;
    bytes += entry.size;
    if (!entry.kept && (files > limits.files || bytes > limits.bytes)) {
      unlinkat(fd_.get(), entry.name.c_str(), 0);
    }
  }
}

}  // namespace bigscan
