#include "lib/mapped_records.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// How far beyond a chunk is mapped at first, for the record that runs over its end. Address space
// only.
constexpr uint64_t kMargin = 256 << 10;
// A multiple of the size of a huge page, so that the kernel can map what it holds in huge pages as
// such.
constexpr uint64_t kWindowBytes = 256 << 20;
constexpr uint64_t kAlignment = 2 << 20;

}  // namespace

void FileWindow::Unmap() {
  if (address_ != nullptr) munmap(std::exchange(address_, nullptr), mapped_.size());
  mapped_ = {};
}

absl::StatusOr<absl::string_view> FileWindow::Bytes(uint32_t source, int fd, uint64_t begin,
                                                    uint64_t end, uint64_t size) {
  if (address_ == nullptr || source != source_ || begin < mapped_.begin || end > mapped_.end) {
    Unmap();
    const uint64_t from = begin / kAlignment * kAlignment;
    const uint64_t to = std::min(size, std::max(end, from + kWindowBytes));
    void* address = mmap(nullptr, to - from, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(from));
    if (address == MAP_FAILED) return absl::ErrnoToStatus(errno, "mmap");
    address_ = address;
    mapped_ = {from, to};
    source_ = source;
  }
  return absl::string_view(static_cast<const char*>(address_) + (begin - mapped_.begin),
                           end - begin);
}

absl::StatusOr<OwnedRecords> MapRecords(FileWindow* window, uint32_t source, int fd, ByteRange file,
                                        ByteRange chunk, char delimiter, uint64_t after) {
  // The byte before the chunk tells whether a record starts at its first byte.
  const uint64_t before = chunk.begin > file.begin ? chunk.begin - 1 : chunk.begin;
  uint64_t mapped_end = std::min(file.end, chunk.end + kMargin);
  absl::StatusOr<absl::string_view> bytes = window->Bytes(source, fd, before, mapped_end, file.end);
  if (!bytes.ok()) return bytes.status();

  uint64_t first = chunk.begin;
  if (chunk.begin > file.begin) {
    const absl::string_view own = bytes->substr(0, chunk.end - 1 - before);
    const size_t end = RecordEnd(own, 0, delimiter);
    const bool found = end > 0 && own[end - 1] == delimiter;
    if (!found) return OwnedRecords();  // inside a record that an earlier chunk owns
    first = before + end;
  }

  // The last record ends with the first delimiter at or after the chunk's last byte.
  for (uint64_t from = chunk.end - 1;;) {
    const uint64_t end = before + RecordEnd(*bytes, from - before, delimiter);
    const bool found = (*bytes)[end - before - 1] == delimiter;
    if (found || end == file.end) {
      const uint64_t after_end = std::min(file.end, end + after);
      bytes = window->Bytes(source, fd, before, after_end, file.end);
      if (!bytes.ok()) return bytes.status();
      return OwnedRecords{bytes->substr(first - before, end - first), first,
                          bytes->substr(end - before)};
    }
    from = mapped_end;
    mapped_end = std::min(file.end, mapped_end + std::max(mapped_end - chunk.begin, kMargin));
    bytes = window->Bytes(source, fd, before, mapped_end, file.end);
    if (!bytes.ok()) return bytes.status();
  }
}

}  // namespace bigscan
