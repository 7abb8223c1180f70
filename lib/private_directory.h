// A directory whose files nobody but the user can have written.
//
// It is trusted only if it belongs to the effective user and neither its group nor others may write
// to it, and so is each of its files. Neither is reached through a symbolic link of its own (the
// directories above may be links). A file appears whole or not at all, so any number of processes
// can read and write at the same time, and the last writer of a name wins.
//
// Knows nothing of what the files hold. Paths are looked up once: a directory that is replaced
// afterwards is not followed.
#ifndef BIGSCAN_LIB_PRIVATE_DIRECTORY_H_
#define BIGSCAN_LIB_PRIVATE_DIRECTORY_H_

#include <unistd.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Owns a descriptor. (That of ipc/ is out of reach here.)
class PrivateFd {
 public:
  explicit PrivateFd(int fd = -1) : fd_(fd) {}
  PrivateFd(PrivateFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  PrivateFd& operator=(PrivateFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~PrivateFd() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

// A regular file that is open for reading.
class PrivateFile {
 public:
  PrivateFile(PrivateFd fd, uint64_t size) : fd_(std::move(fd)), size_(size) {}

  // In bytes, when it was opened.
  uint64_t size() const { return size_; }

  // The next `size` bytes, into `buffer`. kDataLoss if the file ends before. Read and not mapped:
  // what was checked does not change afterwards, and a file that is cut short raises no signal.
  absl::Status Read(char* buffer, size_t size) const;

  // Notes that the file was used, for PrivateDirectory::Trim. That it was written when it was
  // stays.
  void MarkUsed() const;

 private:
  PrivateFd fd_;
  uint64_t size_;
};

class PrivateDirectory {
 public:
  // kNotFound if there is no such directory, kPermissionDenied if it is not to be trusted.
  static absl::StatusOr<PrivateDirectory> Open(const std::string& path);

  // The same, but makes it if it is missing, and the directory it stands in, for the user only.
  // What is above must be there: nothing is made for a user whose home is missing. A directory is
  // not made in one of another user but root's, so that `sudo` leaves none in the home it was
  // called from.
  static absl::StatusOr<PrivateDirectory> Make(const std::string& path);

  // kNotFound if there is no such file, kPermissionDenied if it is not to be trusted. Never blocks,
  // whatever has that name.
  absl::StatusOr<PrivateFile> OpenFile(const std::string& name) const;

  // Makes `name` a file that holds `parts` one after another, in place of what has that name now,
  // be it a link. It is on the disk before it has its name. Fails, and leaves nothing, when there
  // is no room, or no file may become as large (ulimit -f: no signal is raised).
  absl::Status WriteFile(const std::string& name, std::span<const absl::string_view> parts) const;

  // Files that may be removed: those named by so many hexadecimal digits, then `suffix`.
  struct NamePattern {
    size_t digits;
    absl::string_view suffix;
    bool Matches(absl::string_view name) const;
  };
  struct Limits {
    uint64_t bytes;
    uint64_t files;
  };

  // Removes those of the matching files that were not used for the longest time, until what is left
  // is within `limits`; `keep` stays in any case. Also what writers left that died more than a day
  // ago. All other files stay. Best effort: what can not be removed is left there.
  void Trim(const NamePattern& pattern, const Limits& limits, absl::string_view keep) const;

 private:
  explicit PrivateDirectory(PrivateFd fd) : fd_(std::move(fd)) {}

  PrivateFd fd_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_PRIVATE_DIRECTORY_H_
