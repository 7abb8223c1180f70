// The bytes of a file from a place on, a buffer at a time.
#ifndef BIGSCAN_LIB_FILE_INPUT_H_
#define BIGSCAN_LIB_FILE_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace bigscan {

class FileInput {
 public:
  // The bytes [begin, end) of the regular file `fd`. Where it is shorter, it ends.
  FileInput(int fd, uint64_t begin, uint64_t end, size_t buffer_bytes)
      : fd_(fd),
        end_(end),
        position_(begin),
        buffer_(std::clamp<uint64_t>(end - std::min(begin, end), 1, buffer_bytes), '\0') {}

  // What has been read and not dropped, and where it begins in the file.
  absl::string_view bytes() const { return {buffer_.data() + first_, last_ - first_}; }
  uint64_t begin() const { return position_ - (last_ - first_); }
  // Whether nothing comes behind bytes().
  bool at_end() const { return position_ >= end_; }

  void Drop(size_t size) { first_ += size; }
  // Reads more behind bytes(), which then move. Makes room if there is none.
  absl::Status More();

 private:
  const int fd_;
  const uint64_t end_;
  uint64_t position_;  // in the file, of what is read next
  std::string buffer_;
  size_t first_ = 0;
  size_t last_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_FILE_INPUT_H_
