// What is to be written to one descriptor, in order, without ever blocking on a slow reader.
//
// The coordinator's only way to stdout. Holds at most what one step of a job's report puts in;
// refers to bytes in shared memory instead of copying them, and moves long ranges of a file inside
// the kernel (sendfile), so that bulk output never passes through the coordinator.
#ifndef BIGSCAN_LIB_OUTPUT_H_
#define BIGSCAN_LIB_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/chunk.h"

namespace bigscan {

class Output {
 public:
  // Writes to `fd`, which must stay open. For a pipe or terminal it opens a file description of its
  // own in non-blocking mode where /proc allows, since O_NONBLOCK on a shared one would also bind
  // the other processes that have it. Where that fails it writes small pieces, and only when
  // poll(2) says that they fit.
  Output(int fd, char delimiter, std::string name = "");
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Has file ranges copied, so that no page of a file is in use by a pipe whose reader is slow.
  void CopyFiles() { can_sendfile_ = false; }

  // `bytes` must live until all has been written.
  void Reference(absl::string_view bytes);
  void Copy(absl::string_view bytes);
  // Ends a record whose delimiter is missing: writes one, unless what was written last ends with it.
  void EndRecord();
  // The bytes [begin, begin + length) of the regular file `file_fd`, which must stay open until
  // then. Where the file has become shorter, what is missing is lost() instead.
  void FileRange(int file_fd, uint64_t begin, uint64_t length);

  // Whether nothing has been put in since the last call of Hold.
  bool empty() const { return pieces_.size() == held_; }

  // Whether anything is still to be written, and whether what was written last ended a line.
  bool pending() const { return !pieces_.empty(); }
  bool at_line_start() const { return !written_ || last_byte_ == '\n'; }

  // Lets what has been put in wait, so that it is written together with what comes next: as far as
  // Flush has nothing to do for it, the output is empty. False if there is so much of it, or what only
  // its file holds, that it had better be written now.
  bool Hold();

  enum class State {
    kDone,     // all is written
    kBlocked,  // call again when poll_fd() can be written
    kFailed,   // status() tells why; a reader that went away is kUnavailable
  };
  State Flush();

  int poll_fd() const { return fd_; }
  const absl::Status& status() const { return status_; }

  // The parts of file ranges that their files no longer had, since the last call. A record that was
  // written in part has been ended by a delimiter.
  std::vector<ByteRange> TakeLost() { return std::exchange(lost_, {}); }

  // Drops what is not yet written, save the rest of a record that is written in part.
  void CutAfterRecord();

 private:
  struct Piece {
    std::string owned;        // when not empty, `bytes` refers to it
    absl::string_view bytes;  // what is left of it
    bool end_record = false;  // or what EndRecord stands for
    int file_fd = -1;         // or a range of this file
    uint64_t begin = 0;       // what is left of it
    uint64_t length = 0;
  };

  State FlushBytes();
  State FlushFileRange();
  State Blocked();
  State Failed(int error);
  State ReadInstead();
  State LoseFileRange();
  void ResolveEndRecord();
  void Wrote(size_t size);
  bool InsideRecord() const { return written_ && last_byte_ != delimiter_; }

  int fd_;
  const char delimiter_;
  const std::string name_;  // of a file, for what is said of it
  bool owns_fd_ = false;
  bool nonblocking_ = false;
  bool is_pipe_ = false;
  bool grown_ = false;
  bool can_sendfile_ = true;
  std::deque<Piece> pieces_;
  size_t held_ = 0;        // how many of them Hold has seen
  size_t held_bytes_ = 0;  // in these
  char last_byte_ = 0;     // that was written
  bool written_ = false;
  std::vector<ByteRange> lost_;
  absl::Status status_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_OUTPUT_H_
