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
  // Begins what is to become the file `path`, under a unique name in the same directory. Fails if that is no place for a
  // new file, or if `path` is something else than a regular file.
  static absl::StatusOr<std::unique_ptr<ReplacementFile>> Create(const std::string& path);
  // Removes what has not been committed.
  ~ReplacementFile();
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;

  absl::Status Append(absl::string_view bytes);
  // Writes all to the disk, and then puts it in place. Once.
  absl::Status Commit();

 private:
  ReplacementFile(std::string path, std::string temporary, int fd)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

  absl::Status Flush();
  absl::Status Failed(int error) const;

  const std::string path_;
  std::string temporary_;  // empty once it is in place
  const int fd_;
  std::string buffer_;
};

// The directory that `path` is in.
std::string DirectoryOf(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_REPLACEMENT_FILE_H_
