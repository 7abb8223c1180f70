// The fields of several snapshots of a run, in the order in which one of all of it would have them.
#ifndef BIGSCAN_CMD_SNAPSHOT_WALK_H_
#define BIGSCAN_CMD_SNAPSHOT_WALK_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/snapshot_file.h"
#include "cmd/snapshot_set.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

// What is told of each input comes by shard, whichever file it is in; what is told of all of them, behind what its file
// has of inputs. A file whose shards are not in a row stays open from the first to the last one of them.
class SnapshotWalk {
 public:
  // `set` must outlive it.
  explicit SnapshotWalk(const SnapshotSet& set) : set_(set) {}

  // The next field. False after the last one. Each source and note tells its shard.
  absl::StatusOr<bool> Next(snapshot::Snapshot* piece);

  // The shards in a row that the latest field is of, and the file that it is in.
  const ShardRun& run() const { return set_.parts()[part_].run; }
  const std::string& path() const { return set_.path(set_.parts()[part_].file); }
  // What to say of a field that does not belong there.
  absl::Status Broken() const;

 private:
  struct File {
    std::unique_ptr<SnapshotReader> reader = {};
    std::optional<snapshot::Snapshot> ahead = {};  // read, but of a later part
    size_t parts_left = 0;
  };

  absl::StatusOr<File*> Open(size_t file);
  void EndPart();

  const SnapshotSet& set_;
  std::map<size_t, File> files_;  // that are open
  size_t part_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SNAPSHOT_WALK_H_
