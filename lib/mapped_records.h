// The records that one chunk of a file owns, mapped into this process.
#ifndef BIGSCAN_LIB_MAPPED_RECORDS_H_
#define BIGSCAN_LIB_MAPPED_RECORDS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/chunk.h"

namespace bigscan {

// A window into a file: a part of it that stays mapped while requests fall into it, since to map
// and unmap each chunk would cost more than its page faults. Bounds how much of a file is mapped at
// once.
//
// Loads from a window raise SIGBUS where the file has been truncated or can not be read.
class FileWindow {
 public:
  FileWindow() = default;
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;
  ~FileWindow() { Unmap(); }

  // The bytes [begin, end) of the regular file `fd`, which lie below `size`. They live until the
  // next call. `source` tells files apart, as descriptors are used again.
  absl::StatusOr<absl::string_view> Bytes(uint32_t source, int fd, uint64_t begin, uint64_t end,
                                          uint64_t size);

  // Ends the life of all bytes at once, as pages that are mapped can not leave the page cache.
  void Unmap();

 private:
  void* address_ = nullptr;
  ByteRange mapped_;
  uint32_t source_ = 0;
};

// What a chunk owns.
struct OwnedRecords {
  // Whole records; the last one lacks its delimiter only at the end of the file. May be empty.
  absl::string_view records;
  // Where they begin in the file.
  uint64_t begin = 0;
  // What follows them in the file and in memory: `after` bytes, as far as the file has so many.
  absl::string_view after = {};
};

// Maps the records that `chunk` owns of the bytes `file` of `fd`, which must be a regular file;
// they live as long as the bytes of `window`.
//
// A chunk owns the records that start in it. Its first record starts after the first delimiter at
// or after chunk.begin - 1 (or at file.begin); its last one may run over chunk.end. Only the chunk
// that owns a long record looks for its end, so a file is searched for bounds about once, however
// small the chunks and long the records.
//
// REQUIRES: file.begin <= chunk.begin < chunk.end <= file.end.
absl::StatusOr<OwnedRecords> MapRecords(FileWindow* window, uint32_t source, int fd, ByteRange file,
                                        ByteRange chunk, char delimiter, uint64_t after = 0);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_MAPPED_RECORDS_H_
