// A file that takes another one's place as a whole: whoever opens the name finds all of the old one or all of the new one,
// also after a crash.
#ifndef BIGSCAN_LIB_REPLACEMENT_FILE_H_
#define BIGSCAN_LIB_REPLACEMENT_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

class ReplacementFile {
 public:
  // Begins what is to become the file `path`, in the same directory: without a name until it is complete where the file
  // system allows, else under a unique one. Where `path` is a symbolic link, it is the file that this leads to; but not from a
  // directory that others can write. Fails if that is no place for a new file, or if `path` is something else than a
  // regular file.
  static absl::StatusOr<std::unique_ptr<ReplacementFile>> Create(const std::string& path);
  // The same under the name `temporary`, of which a file that a run before has left is removed: where only one run at a time
  // does so, none piles up.
  static absl::StatusOr<std::unique_ptr<ReplacementFile>> CreateAs(const std::string& path,
                                                                   const std::string& temporary);
  // Whether CreateAs may replace `path`: nothing is there, or a regular file.
  static absl::Status CheckPlace(const std::string& path);
  // Where a file of the name `path` is, however it is written: the same for two names of one place, as far as directories
  // and links can be looked at.
  static std::string PlaceOf(const std::string& path);

  // Removes what has not been committed.
  ~ReplacementFile();
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;

  absl::Status Append(absl::string_view bytes);
  // To be written to by those who do without Append.
  int fd() const { return fd_; }
  // Writes all to the disk. Until Commit it is only to be found as temporary().
  absl::Status Sync();
  const std::string& temporary() const { return temporary_; }
  // Writes all to the disk, and then puts it in place. Once.
  absl::Status Commit();

 private:
  ReplacementFile(std::string path, std::string temporary, int fd)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

  absl::Status Flush();
  bool GiveName();
  absl::Status Failed(int error) const;

  const std::string path_;
  std::string temporary_;  // the name that it has meanwhile, if any
  const int fd_;
  std::string buffer_;
};

// The directory that `path` is in.
std::string DirectoryOf(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_REPLACEMENT_FILE_H_
