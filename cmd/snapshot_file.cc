#include "cmd/snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr char kMagic[] = "bigscan snapshot";
constexpr size_t kReadBytes = 256 << 10;
// The checksum's field: its tag (number 15, type fixed64), and the number, lowest byte first.
constexpr char kChecksumTag = 15 << 3 | 1;
constexpr size_t kChecksumBytes = 1 + sizeof(uint64_t);
constexpr uint64_t kBytesType = 2;  // of a field: all but the checksum have it

snapshot::Snapshot MagicPiece() {
  snapshot::Snapshot piece;
  piece.set_magic(kMagic);
  return piece;
}

std::string ChecksumField(uint64_t checksum) {
  std::string field(1, kChecksumTag);
  for (size_t i = 0; i < sizeof(checksum); ++i) field += static_cast<char>(checksum >> (8 * i));
  return field;
}

ssize_t ReadAt(int fd, char* to, size_t size, uint64_t offset) {
  size_t all = 0;
  while (all < size) {
    const ssize_t got = pread(fd, to + all, size - all, static_cast<off_t>(offset + all));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return got;
    if (got == 0) break;
    all += static_cast<size_t>(got);
  }
  return static_cast<ssize_t>(all);
}

}  // namespace

// --- Writing ---

struct SnapshotWriter::Hash {
  Hash() { XXH3_64bits_reset(&state); }
  XXH3_state_t state;
};

SnapshotWriter::SnapshotWriter(std::unique_ptr<ReplacementFile> file)
    : file_(std::move(file)), hash_(std::make_unique<Hash>()) {}

SnapshotWriter::~SnapshotWriter() = default;

absl::StatusOr<std::unique_ptr<SnapshotWriter>> SnapshotWriter::Create(const std::string& path) {
  return Begin(ReplacementFile::Create(path));
}

absl::StatusOr<std::unique_ptr<SnapshotWriter>> SnapshotWriter::CreateAs(
    const std::string& path, const std::string& temporary) {
  return Begin(ReplacementFile::CreateAs(path, temporary));
}

absl::StatusOr<std::unique_ptr<SnapshotWriter>> SnapshotWriter::Begin(
    absl::StatusOr<std::unique_ptr<ReplacementFile>> file) {
  if (!file.ok()) return file.status();
  auto writer = std::unique_ptr<SnapshotWriter>(new SnapshotWriter(*std::move(file)));
  if (absl::Status status = writer->Append(MagicPiece()); !status.ok()) return status;
  return writer;
}

absl::Status SnapshotWriter::Append(const snapshot::Snapshot& piece) {
  if (piece.ByteSizeLong() > std::numeric_limits<int32_t>::max()) {
    return absl::ResourceExhaustedError("a part of the snapshot is larger than 2 GiB");
  }
  return Write(piece.SerializeAsString());
}

absl::Status SnapshotWriter::Write(absl::string_view bytes) {
  XXH3_64bits_update(&hash_->state, bytes.data(), bytes.size());
  return file_->Append(bytes);
}

absl::Status SnapshotWriter::Commit() {
  absl::Status status = file_->Append(ChecksumField(XXH3_64bits_digest(&hash_->state)));
  return status.ok() ? file_->Commit() : status;
}

absl::StatusOr<std::string> SnapshotWriter::Complete() {
  absl::Status status = file_->Append(ChecksumField(XXH3_64bits_digest(&hash_->state)));
  if (status.ok()) status = file_->Sync();
  if (!status.ok()) return status;
  return file_->temporary();
}

// --- Reading ---

SnapshotReader::SnapshotReader(std::string path, UniqueFd fd, uint64_t end)
    : path_(std::move(path)),
      fd_(std::move(fd)),
      input_(fd_.get(), MagicPiece().ByteSizeLong(), end, kReadBytes) {}

absl::StatusOr<std::unique_ptr<SnapshotReader>> SnapshotReader::Open(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return absl::ErrnoToStatus(errno, path);
  if (S_ISDIR(info.st_mode)) return absl::ErrnoToStatus(EISDIR, path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no regular file"));
  }
  const std::string magic = MagicPiece().SerializeAsString();
  std::string begin(magic.size(), '\0');
  const ssize_t got = ReadAt(fd.get(), begin.data(), begin.size(), 0);
  if (got < 0) return absl::ErrnoToStatus(errno, path);
  begin.resize(static_cast<size_t>(got));
  if (magic.substr(0, begin.size()) != begin) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not a snapshot of bigscan"));
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size < magic.size() + kChecksumBytes) {
    return absl::DataLossError(absl::StrCat(path, ": a snapshot that is cut off"));
  }
  const uint64_t end = size - kChecksumBytes;
  auto reader = std::unique_ptr<SnapshotReader>(new SnapshotReader(path, std::move(fd), end));
  if (absl::Status status = reader->Check(end); !status.ok()) return status;
  snapshot::Snapshot piece;
  const absl::StatusOr<bool> more = reader->Next(&piece);
  if (!more.ok()) return more.status();
  if (!*more || !piece.has_header()) return reader->Damaged("it has no header");
  reader->header_ = std::move(*piece.mutable_header());
  if (reader->header_.version() != kSnapshotVersion) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": a snapshot of version ",
                                                   reader->header_.version(),
                                                   ", which is not version ", kSnapshotVersion));
  }
  return reader;
}

// Whether the bytes before `end` are those that the checksum behind them was made of.
absl::Status SnapshotReader::Check(uint64_t end) {
  FileInput all(fd_.get(), 0, end, kReadBytes);
  XXH3_state_t hash;
  XXH3_64bits_reset(&hash);
  while (!all.at_end()) {
    if (absl::Status status = all.More(); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(path_, ": ", status.message()));
    }
    XXH3_64bits_update(&hash, all.bytes().data(), all.bytes().size());
    all.Drop(all.bytes().size());
  }
  checksum_ = XXH3_64bits_digest(&hash);
  char field[kChecksumBytes] = {};
  const ssize_t got = ReadAt(fd_.get(), field, sizeof(field), end);
  if (got < 0) return absl::ErrnoToStatus(errno, path_);
  if (absl::string_view(field, sizeof(field)) != ChecksumField(checksum_)) {
    return Damaged("its checksum is not that of its bytes");
  }
  return absl::OkStatus();
}

absl::Status SnapshotReader::Damaged(absl::string_view what) const {
  return absl::DataLossError(absl::StrCat(path_, ": the snapshot is damaged, or cut off: ", what));
}

absl::StatusOr<bool> SnapshotReader::Next(snapshot::Snapshot* piece) {
  constexpr size_t kMostHeadBytes = 20;
  const auto fill = [this](uint64_t size) {
    while (input_.bytes().size() < size && !input_.at_end()) {
      if (absl::Status status = input_.More(); !status.ok()) return status;
    }
    return absl::OkStatus();
  };
  if (absl::Status status = fill(kMostHeadBytes); !status.ok()) return status;
  absl::string_view head = input_.bytes();
  if (head.empty()) return false;
  uint64_t tag = 0;
  uint64_t size = 0;
  if (!TakeVarint(&head, &tag) || tag % 8 != kBytesType || !TakeVarint(&head, &size) ||
      size > std::numeric_limits<int32_t>::max() - kMostHeadBytes) {
    return Damaged("there is something that is no field");
  }
  const size_t all = input_.bytes().size() - head.size() + size;
  if (absl::Status status = fill(all); !status.ok()) return status;
  if (input_.bytes().size() < all) return Damaged("a field is longer than the file");
  if (!piece->ParseFromArray(input_.bytes().data(), static_cast<int>(all))) {
    return Damaged("a field can not be read");
  }
  input_.Drop(all);
  return true;
}

void AddCovered(const InputList& list, snapshot::Header* header) {
  for (size_t i = list.first; i < list.last; ++i) {
    if (list.parts[i].empty()) continue;
    snapshot::Range* const range = header->add_covered();
    range->set_input(static_cast<uint32_t>(i));
    range->set_begin(list.parts[i].begin);
    range->set_end(list.parts[i].end);
  }
}

}  // namespace bigscan
