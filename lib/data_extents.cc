#include "lib/data_extents.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "lib/block_splitter.h"

namespace bigscan {
namespace {

constexpr uint64_t kBufferBytes = BlockSplitter::kBufferBytes;
constexpr uint64_t kUnitBytes = 512;  // of st_blocks
// A file with so many short holes in a row is scanned from there on, not asked about for seconds.
constexpr int kMostShortHoles = 100'000;

uint64_t RoundDown(uint64_t value) { return value / kBufferBytes * kBufferBytes; }
uint64_t RoundUp(uint64_t value) { return RoundDown(value + kBufferBytes - 1); }

}  // namespace

bool DataExtents::IsSparse(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 &&
         static_cast<uint64_t>(info.st_blocks) * kUnitBytes < static_cast<uint64_t>(info.st_size);
}

// Where data (SEEK_DATA) or a hole (SEEK_HOLE) begins at or after `from`, or the end of the file. What
// the file system can not tell is data.
uint64_t DataExtents::Seek(uint64_t from, int whence) const {
  const off_t found = lseek(fd_, static_cast<off_t>(from), whence);
  if (found >= 0) return std::clamp(static_cast<uint64_t>(found), from, file_.end);
  return whence == SEEK_DATA && errno != ENXIO ? from : file_.end;
}

ByteRange DataExtents::FindPart() const {
  const uint64_t data = Seek(file_.begin, SEEK_DATA);
  ByteRange part = file_;
  if (data > part.begin) part.begin = std::max(part.begin, RoundDown(data - 1));
  uint64_t end = data;
  for (int holes = 0; end < file_.end && holes < kMostShortHoles; ++holes) {
    const uint64_t hole = Seek(end, SEEK_HOLE);
    end = Seek(hole, SEEK_DATA);
    if (end - hole < kLeastHoleBytes) continue;
    part.end = std::min(file_.end, RoundUp(hole + 1));
    break;
  }
  return part;
}

std::optional<ByteRange> DataExtents::Next() {
  if (file_.empty()) return std::nullopt;
  ByteRange part = file_;
  struct stat info;
  // What a file has lost since is no hole: it is for the workers to name.
  skip_ = skip_ && fstat(fd_, &info) == 0 && static_cast<uint64_t>(info.st_size) >= file_.end;
  if (skip_) {
    const off_t position = lseek(fd_, 0, SEEK_CUR);
    part = FindPart();
    lseek(fd_, position, SEEK_SET);
  }
  file_.begin = part.end;
  return part;
}

}  // namespace bigscan
