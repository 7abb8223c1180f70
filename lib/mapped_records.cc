#include "lib/mapped_records.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// How far beyond a chunk is mapped at first, for the record that runs over its end. Address space
// only.
constexpr uint64_t kMargin = 256 << 10;

}  // namespace

MappedRecords::MappedRecords(MappedRecords&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      length_(other.length_),
      mapped_begin_(other.mapped_begin_),
      records_(other.records_),
      begin_(other.begin_) {}

MappedRecords::~MappedRecords() {
  if (address_ != nullptr) munmap(address_, length_);
}

absl::Status MappedRecords::MapRange(int fd, uint64_t begin, uint64_t end) {
  if (address_ != nullptr) munmap(std::exchange(address_, nullptr), length_);
  const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  mapped_begin_ = begin / page * page;
  length_ = end - mapped_begin_;
  void* address =
      mmap(nullptr, length_, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(mapped_begin_));
  if (address == MAP_FAILED) return absl::ErrnoToStatus(errno, "mmap");
  address_ = address;
  return absl::OkStatus();
}

absl::StatusOr<MappedRecords> MappedRecords::Map(int fd, ByteRange file, ByteRange chunk,
                                                 char delimiter) {
  MappedRecords mapped;
  // The byte before the chunk tells whether a record starts at its first byte.
  const uint64_t before = chunk.begin > file.begin ? chunk.begin - 1 : chunk.begin;
  uint64_t mapped_end = std::min(file.end, chunk.end + kMargin);
  if (absl::Status status = mapped.MapRange(fd, before, mapped_end); !status.ok()) return status;
  const auto bytes = [&](uint64_t from, uint64_t to) {
    return absl::string_view(
        static_cast<const char*>(mapped.address_) + (from - mapped.mapped_begin_), to - from);
  };

  uint64_t first = chunk.begin;
  if (chunk.begin > file.begin) {
    const absl::string_view own = bytes(before, chunk.end - 1);
    first = before + RecordEnd(own, 0, delimiter);
    const bool found = !own.empty() && own[first - before - 1] == delimiter;
    if (!found) return mapped;  // inside a record that an earlier chunk owns
  }

  // The last record ends with the first delimiter at or after the chunk's last byte.
  for (uint64_t from = chunk.end - 1;;) {
    const absl::string_view tail = bytes(from, mapped_end);
    const uint64_t end = from + RecordEnd(tail, 0, delimiter);
    const bool found = tail[end - from - 1] == delimiter;
    if (found || end == file.end) {
      mapped.begin_ = first;
      mapped.records_ = bytes(first, end);
      return mapped;
    }
    from = mapped_end;
    mapped_end = std::min(file.end, mapped_end + std::max(mapped_end - chunk.begin, kMargin));
    if (absl::Status status = mapped.MapRange(fd, before, mapped_end); !status.ok()) return status;
  }
}

}  // namespace bigscan
