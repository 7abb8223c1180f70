#include "lib/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr size_t kMostPieces = 64;
constexpr int kGrownPipeBytes = 1 << 20;
constexpr size_t kMostHeldBytes = 32 << 10;
constexpr size_t kReadBytes = 256 << 10;
// A pipe that poll(2) calls writable takes this much without blocking.
constexpr size_t kAtomicBytes = PIPE_BUF;

}  // namespace

Output::Output(int fd, char delimiter, std::string name)
    : fd_(fd), delimiter_(delimiter), name_(std::move(name)) {
  struct stat info;
  if (fstat(fd, &info) != 0) return;
  is_pipe_ = S_ISFIFO(info.st_mode);
  if (S_ISREG(info.st_mode)) nonblocking_ = true;     // never blocks for long
  can_sendfile_ = is_pipe_ || S_ISREG(info.st_mode);  // only these are sure not to block in it
  if (!is_pipe_ && !isatty(fd)) return;
  const std::string path = absl::StrCat("/proc/self/fd/", fd);
  const int own = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (own < 0) return;
  fd_ = own;
  owns_fd_ = true;
  nonblocking_ = true;
}

Output::~Output() {
  if (owns_fd_) close(fd_);
}

void Output::Reference(absl::string_view bytes) {
  if (bytes.empty()) return;
  pieces_.emplace_back();
  pieces_.back().bytes = bytes;
}

void Output::Copy(absl::string_view bytes) {
  if (bytes.empty()) return;
  pieces_.emplace_back();
  Piece& piece = pieces_.back();
  piece.owned = std::string(bytes);
  piece.bytes = piece.owned;
}

void Output::EndRecord() {
  pieces_.emplace_back();
  pieces_.back().end_record = true;
}

void Output::FileRange(int file_fd, uint64_t begin, uint64_t length) {
  if (length == 0) return;
  pieces_.emplace_back();
  Piece& piece = pieces_.back();
  piece.file_fd = file_fd;
  piece.begin = begin;
  piece.length = length;
}

bool Output::Hold() {
  for (; held_ < pieces_.size(); ++held_) {
    if (pieces_[held_].file_fd >= 0) return false;
    held_bytes_ += pieces_[held_].bytes.size();
  }
  return held_ < kMostPieces && held_bytes_ < kMostHeldBytes;
}

Output::State Output::Flush() {
  held_ = 0;
  held_bytes_ = 0;
  while (!pieces_.empty()) {
    if (pieces_.front().end_record) {
      ResolveEndRecord();
      continue;
    }
    if (!nonblocking_) {
      pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
      if (poll(&ready, 1, 0) == 0) {
        const State blocked = Blocked();
        if (blocked != State::kDone) return blocked;
        continue;
      }
    }
    const State state = pieces_.front().file_fd >= 0 ? FlushFileRange() : FlushBytes();
    if (state != State::kDone) return state;
  }
  return State::kDone;
}

Output::State Output::FlushBytes() {
  iovec vectors[kMostPieces];
  int count = 0;
  size_t room = nonblocking_ ? SIZE_MAX : kAtomicBytes;
  for (const Piece& piece : pieces_) {
    if (piece.file_fd >= 0 || piece.end_record || count == kMostPieces || room == 0) break;
    const size_t length = std::min(room, piece.bytes.size());
    vectors[count++] = {const_cast<char*>(piece.bytes.data()), length};
    room -= length;
  }
  const ssize_t written = writev(fd_, vectors, count);
  if (written >= 0) {
    Wrote(static_cast<size_t>(written));
    return State::kDone;
  }
  if (errno == EINTR) return State::kDone;
  if (errno == EAGAIN) return Blocked();
  return Failed(errno);
}

void Output::Wrote(size_t size) {
  while (size > 0) {
    Piece& piece = pieces_.front();
    const size_t part = std::min(size, piece.bytes.size());
    written_ = true;
    last_byte_ = piece.bytes[part - 1];
    piece.bytes.remove_prefix(part);
    size -= part;
    if (piece.bytes.empty()) pieces_.pop_front();
  }
}

Output::State Output::FlushFileRange() {
  if (!can_sendfile_) return ReadInstead();
  Piece& piece = pieces_.front();
  off_t offset = static_cast<off_t>(piece.begin);
  const ssize_t moved = is_pipe_ ? splice(piece.file_fd, &offset, fd_, nullptr, piece.length,
                                          SPLICE_F_NONBLOCK | SPLICE_F_MOVE)
                                 : sendfile(fd_, piece.file_fd, &offset, piece.length);
  if (moved < 0) {
    if (errno == EINTR) return State::kDone;
    if (errno == EAGAIN) return Blocked();
    if (errno == EINVAL || errno == ENOSYS) {  // a file opened for appending, some file systems
      can_sendfile_ = false;
      return State::kDone;
    }
    return Failed(errno);
  }
  if (moved == 0) return LoseFileRange();
  piece.begin += static_cast<uint64_t>(moved);
  piece.length -= static_cast<uint64_t>(moved);
  written_ = true;
  // Read now: once the file has been truncated it could not be told whether a record was cut.
  if (pread(piece.file_fd, &last_byte_, 1, static_cast<off_t>(piece.begin) - 1) != 1) {
    last_byte_ = 0;
  }
  if (piece.length == 0) pieces_.pop_front();
  return State::kDone;
}

// Puts the next part of a file range in front of it, as bytes.
Output::State Output::ReadInstead() {
  Piece& range = pieces_.front();
  std::string bytes(std::min<uint64_t>(kReadBytes, range.length), '\0');
  const ssize_t got =
      pread(range.file_fd, bytes.data(), bytes.size(), static_cast<off_t>(range.begin));
  if (got < 0) return errno == EINTR ? State::kDone : Failed(errno);
  if (got == 0) return LoseFileRange();
  bytes.resize(static_cast<size_t>(got));
  range.begin += bytes.size();
  range.length -= bytes.size();
  if (range.length == 0) pieces_.pop_front();
  pieces_.emplace_front();
  Piece& piece = pieces_.front();
  piece.owned = std::move(bytes);
  piece.bytes = piece.owned;
  return State::kDone;
}

Output::State Output::Blocked() {
  if (is_pipe_ && !grown_) {  // fewer, larger exchanges with a reader that keeps us waiting
    grown_ = true;
    if (fcntl(fd_, F_SETPIPE_SZ, kGrownPipeBytes) > 0) return State::kDone;
  }
  return State::kBlocked;
}

Output::State Output::Failed(int error) {
  status_ = error == EPIPE
                ? absl::UnavailableError("reader went away")
                : absl::ErrnoToStatus(
                      error, absl::StrCat(name_, name_.empty() ? "" : ": ", "write error"));
  pieces_.clear();
  return State::kFailed;
}

// The file ends before the range in front does.
Output::State Output::LoseFileRange() {
  Piece& piece = pieces_.front();
  lost_.push_back({piece.begin, piece.begin + piece.length});
  piece = Piece();
  piece.end_record = true;
  return State::kDone;
}

void Output::ResolveEndRecord() {
  if (!InsideRecord()) {
    pieces_.pop_front();
    return;
  }
  Piece& piece = pieces_.front();
  piece.end_record = false;
  piece.owned = delimiter_;
  piece.bytes = piece.owned;
}

void Output::CutAfterRecord() {
  held_ = 0;
  held_bytes_ = 0;
  bool inside = InsideRecord();
  for (size_t i = 0; i < pieces_.size(); ++i) {
    if (!inside) {
      pieces_.resize(i);
      return;
    }
    Piece& piece = pieces_[i];
    if (piece.end_record) {
      inside = false;
      continue;
    }
    if (piece.file_fd < 0) {
      const size_t end = piece.bytes.find(delimiter_);
      if (end == absl::string_view::npos) continue;
      piece.bytes = piece.bytes.substr(0, end + 1);
      inside = false;
      continue;
    }
    std::string bytes(kReadBytes, '\0');
    for (uint64_t done = 0; inside && done < piece.length;) {
      const ssize_t got =
          pread(piece.file_fd, bytes.data(), bytes.size(), static_cast<off_t>(piece.begin + done));
      if (got <= 0) break;
      const void* found = memchr(bytes.data(), delimiter_, static_cast<size_t>(got));
      if (found != nullptr) {
        const uint64_t end = done + (static_cast<const char*>(found) - bytes.data()) + 1;
        inside = end > piece.length;
        piece.length = std::min(piece.length, end);
      }
      done += static_cast<uint64_t>(got);
    }
  }
}

}  // namespace bigscan
