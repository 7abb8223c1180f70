// The records that one chunk of a file owns, mapped into this process.
#ifndef BIGSCAN_LIB_MAPPED_RECORDS_H_
#define BIGSCAN_LIB_MAPPED_RECORDS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/chunk.h"

namespace bigscan {

// A chunk owns the records that start in it. Its first record starts after the first delimiter at
// or after chunk.begin - 1 (or at `file.begin`); its last one may run over chunk.end. Only the
// chunk that owns a long record looks for its end, so a file is searched for bounds about once,
// however small the chunks and long the records.
//
// Loads from the mapping raise SIGBUS where the file has been truncated or can not be read.
class MappedRecords {
 public:
  // Maps what `chunk` owns of the bytes `file` of `fd`, which must be a regular file.
  // REQUIRES: file.begin <= chunk.begin < chunk.end <= file.end.
  static absl::StatusOr<MappedRecords> Map(int fd, ByteRange file, ByteRange chunk, char delimiter);

  MappedRecords(MappedRecords&& other) noexcept;
  MappedRecords& operator=(MappedRecords&&) = delete;
  ~MappedRecords();

  // Whole records; the last one lacks its delimiter only at the end of the file. May be empty.
  absl::string_view records() const { return records_; }
  // Where they begin in the file.
  uint64_t begin() const { return begin_; }

 private:
  MappedRecords() = default;
  absl::Status MapRange(int fd, uint64_t begin, uint64_t end);

  void* address_ = nullptr;
  size_t length_ = 0;
  uint64_t mapped_begin_ = 0;  // a multiple of the page size
  absl::string_view records_;
  uint64_t begin_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_MAPPED_RECORDS_H_
