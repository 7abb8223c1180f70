#include "lib/temporary_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/write_all.h"

namespace bigscan {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

std::string Directory() {
  const char* directory = getenv("TMPDIR");
  return directory == nullptr || *directory == '\0' ? "/tmp" : directory;
}

absl::Status Failed(int error) {
  return absl::ErrnoToStatus(error, absl::StrCat("temporary file in ", Directory()));
}

}  // namespace

// Where the file system has no O_TMPFILE, the file has a name for a moment.
int OpenUnnamedFile(const std::string& directory) {
  const int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
  std::string path = absl::StrCat(directory, "/bigscan-XXXXXX");
  const int named = mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) unlink(path.c_str());
  return named;
}

TemporaryFile::~TemporaryFile() {
  if (fd_ >= 0) close(fd_);
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      written_(std::exchange(other.written_, 0)),
      buffer_(std::exchange(other.buffer_, "")) {}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(written_, other.written_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

absl::Status TemporaryFile::Append(absl::string_view bytes) {
  if (fd_ < 0) fd_ = OpenUnnamedFile(Directory());
  if (fd_ < 0) return Failed(errno);
  buffer_.append(bytes.data(), bytes.size());
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status TemporaryFile::Flush() {
  if (!WriteAll(fd_, buffer_)) return Failed(errno);
  written_ += buffer_.size();
  buffer_.clear();
  return absl::OkStatus();
}

}  // namespace bigscan
