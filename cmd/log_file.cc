#include "cmd/log_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/log_matcher.h"
#include "cmd/open_file.h"
#include "lib/file_input.h"

namespace bigscan {
namespace {

constexpr uint64_t kSearchBytes = 64 << 10;

void Put(const Fingerprint& from, snapshot::Fingerprint* to) {
  to->set_bytes(from.bytes);
  to->set_hash(from.hash);
}

bool Is(const std::optional<Fingerprint>& seen, const snapshot::Fingerprint& saved) {
  return seen.has_value() && seen->bytes == saved.bytes() && seen->hash == saved.hash();
}

absl::Status WithName(const absl::Status& status, const std::string& path) {
  if (absl::StartsWith(status.message(), path)) return status;
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

absl::Status IsAnotherOne(const std::string& path) {
  return absl::AbortedError(absl::StrCat(path, ": another file has taken its place"));
}

}  // namespace

bool IsFailureToLook(const absl::Status& status) {
  return !status.ok() && !absl::IsNotFound(status) && !absl::IsPermissionDenied(status) &&
         !absl::IsFailedPrecondition(status) && !absl::IsAborted(status);
}

absl::StatusOr<LogFile> LogFile::Open(const std::string& path, bool decompress) {
  const UniqueFd fd = OpenFile(path);
  if (!fd.valid()) return absl::ErrnoToStatus(errno, path);
  return Of(path, fd.get(), decompress);
}

absl::StatusOr<LogFile> LogFile::Of(const std::string& path, int fd, bool decompress) {
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, path);
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": no regular file"));
  }
  LogFile file;
  file.path_ = path;
  file.id_ = {info.st_dev, info.st_ino};
  file.size_ = static_cast<uint64_t>(info.st_size);
  file.modified_ns_ =
      static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
  if (decompress) {
    char head[8] = {};
    const ssize_t got = pread(fd, head, sizeof(head), 0);
    if (got < 0) return absl::ErrnoToStatus(errno, path);
    file.compression_ = CompressionOf({head, static_cast<size_t>(got)});
  }
  return file;
}

absl::StatusOr<UniqueFd> LogFile::Reopen() const {
  UniqueFd fd = OpenFile(path_);
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return absl::ErrnoToStatus(errno, path_);
  if (Id(info.st_dev, info.st_ino) != id_) return IsAnotherOne(path_);
  return fd;
}

void LogFile::Failed(const absl::Status& status) {
  if (IsFailureToLook(status)) failure_ = WithName(status, path_);
}

const DecodedMarks* LogFile::Decoded(std::optional<uint64_t> place) {
  const bool known =
      marks_.has_value() && (!place.has_value() || (marks_->whole && place_ == place));
  if (!known) {
    const absl::StatusOr<UniqueFd> fd = Reopen();
    if (!fd.ok()) {
      Failed(fd.status());
      return nullptr;
    }
    absl::StatusOr<DecodedMarks> marks = FindDecodedMarks(fd->get(), compression_, place);
    if (!marks.ok()) {
      Failed(marks.status());
      return nullptr;
    }
    marks_ = *std::move(marks);
    place_ = place;
  }
  return &*marks_;
}

std::optional<Fingerprint> LogFile::FileBefore(uint64_t place) {
  if (place > size_) return std::nullopt;
  const absl::StatusOr<UniqueFd> fd = Reopen();
  if (!fd.ok()) {
    Failed(fd.status());
    return std::nullopt;
  }
  const absl::StatusOr<std::optional<Fingerprint>> mark = FingerprintBefore(fd->get(), place);
  if (!mark.ok()) Failed(mark.status());
  return mark.value_or(std::nullopt);
}

std::optional<Fingerprint> LogFile::TextBefore(uint64_t place) {
  if (!is_compressed()) return FileBefore(place);
  if (place > kFingerprintBytes) {
    const DecodedMarks* const marks = Decoded(place);
    return marks == nullptr ? std::nullopt : marks->at_place;
  }
  const DecodedMarks* const marks = Decoded(std::nullopt);
  if (marks == nullptr || marks->head.size() < place) return std::nullopt;
  return FingerprintOf(absl::string_view(marks->head).substr(0, place));
}

std::optional<Fingerprint> LogFile::TextHead() {
  if (!head_.has_value() && is_compressed()) {
    const DecodedMarks* const marks = Decoded(std::nullopt);
    if (marks != nullptr) head_ = FingerprintOf(marks->head);
  } else if (!head_.has_value()) {
    head_ = FileBefore(std::min(size_, kFingerprintBytes));
  }
  return head_;
}

bool LogFile::IsCopyOf(LogFile* other) {
  const std::optional<Fingerprint> head = TextHead();
  const std::optional<Fingerprint> other_head = other->TextHead();
  if (!head.has_value() || !other_head.has_value() || other_head->bytes < head->bytes) return false;
  if (other->TextBefore(head->bytes) != head) return false;
  const std::optional<TextEnd> end = FindTextEnd();
  if (!end.has_value()) return false;
  if (end->damaged && end->size < kFingerprintBytes) return true;
  if (end->size == 0) return false;
  // All of it is the head.
  if (end->size < kFingerprintBytes) return other_head == head && other_head->bytes == end->size;
  return TextBefore(end->size).has_value() && other->TextBefore(end->size) == TextBefore(end->size);
}

std::optional<LogFile::TextEnd> LogFile::FindTextEnd() {
  if (!is_compressed()) return TextEnd{size_, false};
  const DecodedMarks* marks = marks_.has_value() && marks_->whole ? &*marks_ : Decoded(0);
  if (marks == nullptr) return std::nullopt;
  return TextEnd{marks->size, marks->damaged};
}

bool LogFile::Continues(const snapshot::Position& position) {
  if (!is_compressed() && size_ < position.offset()) return false;
  if (position.head().bytes() == 0) return false;
  return Is(TextBefore(position.head().bytes()), position.head()) &&
         (!position.has_tail() || Is(TextBefore(position.offset()), position.tail()));
}

bool LogFile::IsSameFile(const snapshot::Position& position) {
  if (!is_compressed() || !position.compressed() || size_ < position.size()) return false;
  return Is(FileBefore(position.file_head().bytes()), position.file_head()) &&
         Is(FileBefore(position.size()), position.file_tail());
}

absl::StatusOr<uint64_t> LogFile::EndOfRecords(uint64_t begin, char delimiter) const {
  const absl::StatusOr<UniqueFd> fd = Reopen();
  if (!fd.ok()) return fd.status();
  std::string bytes(kSearchBytes, '\0');
  for (uint64_t end = size_; end > begin;) {
    const uint64_t size = std::min(kSearchBytes, end - begin);
    const ssize_t got = pread(fd->get(), bytes.data(), size, static_cast<off_t>(end - size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, path_);
    const void* const found = memrchr(bytes.data(), delimiter, static_cast<size_t>(got));
    if (found != nullptr) {
      return end - size + static_cast<uint64_t>(static_cast<const char*>(found) - bytes.data()) + 1;
    }
    end -= size;
  }
  return begin;
}

absl::StatusOr<uint64_t> LogFile::EndOfRecord(uint64_t place, uint64_t end, char delimiter) const {
  const absl::StatusOr<UniqueFd> fd = Reopen();
  if (!fd.ok()) return fd.status();
  FileInput input(fd->get(), place - 1, end, kSearchBytes);
  while (!input.at_end()) {
    if (absl::Status status = input.More(); !status.ok()) return status;
    const size_t found = input.bytes().find(delimiter);
    if (found != absl::string_view::npos) return input.begin() + found + 1;
    input.Drop(input.bytes().size());
  }
  return end;
}

absl::StatusOr<snapshot::Position> LogFile::PositionAt(const std::string& name,
                                                       uint64_t offset) const {
  const absl::StatusOr<UniqueFd> fd = Reopen();
  if (!fd.ok()) return fd.status();
  snapshot::Position position;
  position.set_name(name);
  // Beside its log, where the link that this may be will be looked at again: see WhyImpossible.
  if (path_ != name) position.set_path(DirectoryPart(name) + BaseName(path_));
  position.set_device(id_.first);
  position.set_inode(id_.second);
  position.set_size(size_);
  position.set_modified_ns(modified_ns_);
  position.set_offset(offset);
  position.set_compressed(is_compressed());
  // Of its file, or of what is plain in it.
  const uint64_t end = is_compressed() ? size_ : offset;
  const auto head = FingerprintBefore(fd->get(), std::min(end, kFingerprintBytes));
  const auto tail = FingerprintBefore(fd->get(), end);
  for (const auto* mark : {&head, &tail}) {
    if (!mark->ok()) return mark->status();
    if (!(*mark)->has_value())
      return absl::DataLossError(absl::StrCat(path_, ": has been truncated"));
  }
  Put(**head, is_compressed() ? position.mutable_file_head() : position.mutable_head());
  Put(**tail, is_compressed() ? position.mutable_file_tail() : position.mutable_tail());
  if (is_compressed() && marks_.has_value()) {
    const uint64_t known = std::min<uint64_t>(marks_->head.size(), offset);
    Put(FingerprintOf(absl::string_view(marks_->head).substr(0, known)), position.mutable_head());
    if (marks_->at_place.has_value() && place_ == offset) {
      Put(*marks_->at_place, position.mutable_tail());
    }
  }
  return position;
}

}  // namespace bigscan
