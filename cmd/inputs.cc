#include "cmd/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/message.h"

namespace bigscan {
namespace {

constexpr uint64_t kNoEnd = std::numeric_limits<int64_t>::max();

const std::string& StandardInputName() {
  static const std::string* const name = new std::string("(standard input)");
  return *name;
}

// Files such as those in /proc claim to be empty and are not.
bool HoldsBytes(int fd) {
  char byte;
  return pread(fd, &byte, 1, 0) == 1;
}

// Those of sysfs, and of some network file systems, can not; nor is their size right.
bool CanBeMapped(int fd) {
  void* address = mmap(nullptr, 1, PROT_READ, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return false;
  munmap(address, 1);
  return true;
}

}  // namespace

Inputs::Inputs(std::vector<std::string> files, bool as_streams, bool silent)
    : files_(std::move(files)), as_streams_(as_streams), silent_(silent) {}

const std::string& Inputs::Name(uint32_t id) const {
  return files_[id] == "-" ? StandardInputName() : files_[id];
}

std::optional<Source> Inputs::Next() {
  while (next_ < files_.size()) {
    std::optional<Source> source = Open(files_[next_]);
    ++next_;
    if (source.has_value()) return source;
  }
  return std::nullopt;
}

std::optional<Source> Inputs::Open(const std::string& file) {
  const bool is_stdin = file == "-";
  // A FIFO without a writer must not stop the coordinator: its feeder does the waiting.
  UniqueFd fd(is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                       : open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0) {
    Complain(file, errno);
    return std::nullopt;
  }
  if (S_ISDIR(info.st_mode)) {
    Complain(file, EISDIR);
    return std::nullopt;
  }
  Source source;
  source.id = next_;
  source.begin = 0;
  source.end = kNoEnd;
  source.is_stream = true;
  if (S_ISREG(info.st_mode)) {
    const off_t position = lseek(fd.get(), 0, SEEK_CUR);
    source.begin = position < 0 ? 0 : static_cast<uint64_t>(position);
    if (info.st_size > 0 ? CanBeMapped(fd.get()) : !HoldsBytes(fd.get())) {
      source.end = std::max<uint64_t>(source.begin, static_cast<uint64_t>(info.st_size));
      source.is_stream = as_streams_;
      source.seekable = true;
    }
  }
  source.fd = std::move(fd);
  return source;
}

void Inputs::Complain(const std::string& file, int error) {
  had_error_ = true;
  if (!silent_) {
    PrintMessage(absl::StrCat(file == "-" ? StandardInputName() : file, ": ", strerror(error)));
  }
}

}  // namespace bigscan
