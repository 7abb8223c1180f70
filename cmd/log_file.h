// A file that may hold the text of a log that was read before, by whatever name: what tells it apart, and whether it goes on
// from where that was left. In the coordinator, before the scan.
#ifndef BIGSCAN_CMD_LOG_FILE_H_
#define BIGSCAN_CMD_LOG_FILE_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "cmd/decoded_marks.h"
#include "ipc/unique_fd.h"
#include "jobs/snapshot.pb.h"
#include "lib/decompressor.h"
#include "lib/fingerprint.h"

namespace bigscan {

class LogFile {
 public:
  using Id = std::pair<uint64_t, uint64_t>;  // device and inode

  // Looks at the regular file `path`, or at `fd`, which is that. Keeps no descriptor: what is asked later opens the file
  // again, and fails if the path then is another one's. With `decompress`, the text of a compressed file is what it
  // decompresses to. Fails with the errno's code; kFailedPrecondition if it is no regular file.
  static absl::StatusOr<LogFile> Open(const std::string& path, bool decompress);
  static absl::StatusOr<LogFile> Of(const std::string& path, int fd, bool decompress);

  const std::string& path() const { return path_; }
  Id id() const { return id_; }
  uint64_t size() const { return size_; }  // of the file, in bytes, when it was opened
  int64_t modified_ns() const { return modified_ns_; }
  bool is_compressed() const { return compression_ != Compression::kNone; }

  // Of what is before `place` in the text; nothing if it is shorter, or can not be read.
  std::optional<Fingerprint> TextBefore(uint64_t place);
  // Of its first kFingerprintBytes, or of all of it. Nothing if it can not be read.
  std::optional<Fingerprint> TextHead();
  // Of what is before `place` in the file.
  std::optional<Fingerprint> FileBefore(uint64_t place);
  // The size of the text, and whether that is all: it is not if the file is damaged, or only half written. Decodes it.
  // Nothing if it can not be read.
  struct TextEnd {
    uint64_t size;
    bool damaged;
  };
  std::optional<TextEnd> FindTextEnd();

  // Whether the text begins with what is done of `position`, of which there must be something.
  bool Continues(const snapshot::Position& position);
  // Whether the text is the beginning of that of `other`, or all of it, as that of a copy is. One that is shorter than
  // kFingerprintBytes must be all of it, unless it is of a compressed file that is only half written.
  bool IsCopyOf(LogFile* other);
  // Whether it is a compressed file as `position` has it, byte by byte, or grown.
  bool IsSameFile(const snapshot::Position& position);
  // Why it could not be looked at, if that ever was so: what it was said not to be may be wrong then. That it was gone,
  // or may not be read, is no such reason.
  const absl::Status& failure() const { return failure_; }

  // Where the last record ends that begins at or after `begin` and has its delimiter; `begin` if there is none.
  // REQUIRES: !is_compressed().
  absl::StatusOr<uint64_t> EndOfRecords(uint64_t begin, char delimiter) const;

  // Where the record ends that the byte before `place` belongs to, but no later than `end`. REQUIRES: the same, and
  // 0 < place <= end.
  absl::StatusOr<uint64_t> EndOfRecord(uint64_t place, uint64_t end, char delimiter) const;

  // The position in it with `offset` bytes of text done. Fails if it can not be read any more. Of a compressed file, the
  // marks of the text are only there if they are known already.
  absl::StatusOr<snapshot::Position> PositionAt(const std::string& name, uint64_t offset) const;

 private:
  LogFile() = default;
  absl::StatusOr<UniqueFd> Reopen() const;
  void Failed(const absl::Status& status);
  const DecodedMarks* Decoded(std::optional<uint64_t> place);

  std::string path_;
  Id id_;
  uint64_t size_ = 0;
  int64_t modified_ns_ = 0;
  Compression compression_ = Compression::kNone;
  std::optional<DecodedMarks> marks_;  // of a compressed one, as far as they were asked for
  std::optional<uint64_t> place_;      // of these
  std::optional<Fingerprint> head_;
  absl::Status failure_;
};

// Whether a file that LogFile::Open could not open may all the same be there, to be read at another time: a disk, or
// memory, or descriptors were to blame.
bool IsFailureToLook(const absl::Status& status);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_LOG_FILE_H_
