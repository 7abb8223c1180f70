// A file without a name in the temporary directory, which is gone with the last process that has it open.
#ifndef BIGSCAN_LIB_TEMPORARY_FILE_H_
#define BIGSCAN_LIB_TEMPORARY_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Makes such a file in `directory`, to be read and written, and to be closed by the caller. -1, and errno, if there can be
// none.
int OpenUnnamedFile(const std::string& directory);

class TemporaryFile {
 public:
  TemporaryFile() = default;
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;

  // Appends `bytes`, some of them later. The first call makes the file, in $TMPDIR or /tmp; fails with the name of that
  // directory.
  absl::Status Append(absl::string_view bytes);
  // Writes all that has been appended.
  absl::Status Flush();

  // Of what has been appended, in bytes.
  uint64_t size() const { return written_ + buffer_.size(); }
  // -1 before the first call of Append.
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  uint64_t written_ = 0;
  std::string buffer_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TEMPORARY_FILE_H_
