// Snapshots as files: one message of jobs/snapshot.proto, written and read field by field, with a checksum as its last
// field. bigscan-snapshot(5) describes them.
#ifndef BIGSCAN_CMD_SNAPSHOT_FILE_H_
#define BIGSCAN_CMD_SNAPSHOT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/input_list.h"
#include "ipc/unique_fd.h"
#include "jobs/snapshot.pb.h"
#include "lib/file_input.h"
#include "lib/replacement_file.h"

namespace bigscan {

// Of the format. Another one is refused.
inline constexpr uint32_t kSnapshotVersion = 1;
// A field holds no more of a job's output; the reader takes larger ones, too.
inline constexpr size_t kSnapshotPieceBytes = 256 << 10;

class SnapshotWriter {
 public:
  static absl::StatusOr<std::unique_ptr<SnapshotWriter>> Create(const std::string& path);
  // Under a name that the caller has seen to that nobody else uses.
  static absl::StatusOr<std::unique_ptr<SnapshotWriter>> CreateAs(const std::string& path,
                                                                  const std::string& temporary);
  ~SnapshotWriter();

  // Appends the fields of `piece`: those of all pieces are those of the message.
  absl::Status Append(const snapshot::Snapshot& piece);
  // Puts the file in place. Once.
  absl::Status Commit();
  // Or, in two steps: all of it is on the disk, for a reader of `path`, and then is put in place.
  absl::StatusOr<std::string> Complete();
  absl::Status Install() { return file_->Commit(); }

 private:
  struct Hash;
  SnapshotWriter(std::unique_ptr<ReplacementFile> file);
  static absl::StatusOr<std::unique_ptr<SnapshotWriter>> Begin(
      absl::StatusOr<std::unique_ptr<ReplacementFile>> file);

  absl::Status Write(absl::string_view bytes);

  const std::unique_ptr<ReplacementFile> file_;
  const std::unique_ptr<Hash> hash_;
};

class SnapshotReader {
 public:
  // Fails, with the file's name, if it can not be read, or is not what a SnapshotWriter has left: all of it is read.
  static absl::StatusOr<std::unique_ptr<SnapshotReader>> Open(const std::string& path);

  const snapshot::Header& header() const { return header_; }
  uint64_t checksum() const { return checksum_; }

  // The next field behind the header. False after the last one.
  absl::StatusOr<bool> Next(snapshot::Snapshot* piece);

 private:
  SnapshotReader(std::string path, UniqueFd fd, uint64_t end);

  absl::Status Check(uint64_t end);
  absl::Status Damaged(absl::string_view what) const;

  const std::string path_;
  const UniqueFd fd_;
  FileInput input_;
  snapshot::Header header_;
  uint64_t checksum_ = 0;
};

// Adds the ranges of bytes that are the list's to those that the header says are covered.
void AddCovered(const InputList& list, snapshot::Header* header);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SNAPSHOT_FILE_H_
