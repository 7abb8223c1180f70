#include "cmd/decoded_marks.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ipc/child.h"
#include "ipc/unique_fd.h"
#include "lib/write_all.h"

namespace bigscan {
namespace {

constexpr size_t kInputBytes = 256 << 10;
constexpr size_t kTextBytes = 256 << 10;

// What the child tells, before the head. Plain data, of the same program.
struct Told {
  uint64_t size;
  uint64_t mark_bytes;
  uint64_t mark_hash;
  uint64_t head_bytes;
  bool whole;
  bool damaged;
  bool has_mark;
};

DecodedMarks Decode(int fd, Compression compression, std::optional<uint64_t> place) {
  const std::unique_ptr<Decompressor> decompressor = Decompressor::Create(compression);
  FingerprintTaker taker(place.value_or(0));
  DecodedMarks marks;
  std::string input(kInputBytes, '\0');
  std::string text(kTextBytes, '\0');
  absl::string_view in;
  off_t position = 0;
  bool last = false;
  while (place.has_value() || marks.head.size() < kFingerprintBytes) {
    const absl::StatusOr<Decompressor::Progress> progress =
        decompressor->Decode(in, last, text.data(), text.size());
    if (!progress.ok()) {
      marks.whole = marks.damaged = true;
      break;
    }
    in.remove_prefix(progress->consumed);
    const absl::string_view piece(text.data(), progress->produced);
    taker.Append(piece);
    const size_t wanted = kFingerprintBytes - marks.head.size();
    marks.head.append(piece.data(), std::min(wanted, piece.size()));
    if (progress->consumed + progress->produced > 0) continue;
    if (last) {
      marks.whole = true;
      break;
    }
    std::copy(in.begin(), in.end(), input.begin());
    const size_t kept = in.size();
    const ssize_t got = pread(fd, input.data() + kept, input.size() - kept, position);
    if (got < 0 && errno == EINTR) {
      in = absl::string_view(input.data(), kept);
      continue;
    }
    if (got < 0) {  // as far as it can be read
      marks.whole = marks.damaged = true;
      break;
    }
    position += got;
    last = got == 0;
    in = absl::string_view(input.data(), kept + static_cast<size_t>(got));
  }
  marks.size = taker.size();
  if (place.has_value()) marks.at_place = taker.taken();
  return marks;
}

bool ReadAll(int fd, char* to, size_t size) {
  while (size > 0) {
    const ssize_t got = read(fd, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

}  // namespace

absl::StatusOr<DecodedMarks> FindDecodedMarks(int fd, Compression compression,
                                              std::optional<uint64_t> place) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const UniqueFd from_child(ends[0]);
  UniqueFd to_parent(ends[1]);
  absl::StatusOr<Child> child = Child::Fork([&] {
    const DecodedMarks marks = Decode(fd, compression, place);
    Told told{};
    told.size = marks.size;
    told.whole = marks.whole;
    told.damaged = marks.damaged;
    told.has_mark = marks.at_place.has_value();
    told.mark_bytes = marks.at_place.value_or(Fingerprint()).bytes;
    told.mark_hash = marks.at_place.value_or(Fingerprint()).hash;
    told.head_bytes = marks.head.size();
    const bool written =
        WriteAll(to_parent.get(), {reinterpret_cast<const char*>(&told), sizeof(told)}) &&
        WriteAll(to_parent.get(), marks.head);
    _exit(written ? 0 : 1);
  });
  if (!child.ok()) return child.status();
  to_parent = UniqueFd();
  Told told;
  DecodedMarks marks;
  bool done = ReadAll(from_child.get(), reinterpret_cast<char*>(&told), sizeof(told)) &&
              told.head_bytes <= kFingerprintBytes;
  if (done) {
    marks.head.resize(told.head_bytes);
    done = ReadAll(from_child.get(), marks.head.data(), marks.head.size());
  }
  const ChildEnd end = child->Reap();
  if (!done) {
    return absl::InternalError(
        absl::StrCat("the process that decoded it ended by ", end.Describe()));
  }
  marks.whole = told.whole;
  marks.damaged = told.damaged;
  marks.size = told.size;
  if (told.has_mark) marks.at_place = Fingerprint{told.mark_bytes, told.mark_hash};
  return marks;
}

}  // namespace bigscan
