#include "cmd/file_header.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "absl/strings/string_view.h"
#include "cmd/open_file.h"
#include "ipc/unique_fd.h"
#include "lib/decompressor.h"

namespace bigscan {
namespace {

constexpr size_t kTextBytes = 64 << 10;

std::string Decompressed(const std::string& bytes, Compression compression) {
  const std::unique_ptr<Decompressor> decompressor = Decompressor::Create(compression);
  std::string text(kTextBytes, '\0');
  size_t size = 0;
  for (absl::string_view in = bytes; !in.empty() && size < text.size();) {
    const absl::StatusOr<Decompressor::Progress> progress =
        decompressor->Decode(in, false, text.data() + size, text.size() - size);
    if (!progress.ok() || progress->consumed + progress->produced == 0) break;
    in.remove_prefix(progress->consumed);
    size += progress->produced;
  }
  text.resize(size);
  return text;
}

}  // namespace

std::string FirstRecord(const std::vector<std::string>& files, char delimiter, bool decompress) {
  const bool is_stdin = files.empty() || files.front() == "-";
  const UniqueFd fd =
      is_stdin ? UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) : OpenFile(files.front());
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return "";
  const off_t begin = is_stdin ? std::max<off_t>(lseek(fd.get(), 0, SEEK_CUR), 0) : 0;
  std::string bytes(kTextBytes, '\0');
  bytes.resize(static_cast<size_t>(
      std::max<ssize_t>(pread(fd.get(), bytes.data(), bytes.size(), begin), 0)));
  const Compression compression = decompress ? CompressionOf(bytes) : Compression::kNone;
  std::string text = compression == Compression::kNone ? bytes : Decompressed(bytes, compression);
  const size_t end = text.find(delimiter);
  if (end == std::string::npos) return "";
  text.resize(end);
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

}  // namespace bigscan
