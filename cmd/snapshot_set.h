// The snapshots that --merge is given: whether they are those of one run, no share of it twice, and all of them.
#ifndef BIGSCAN_CMD_SNAPSHOT_SET_H_
#define BIGSCAN_CMD_SNAPSHOT_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/snapshot_file.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

// Why the results that `a` and `b` tell of are not of the same kind: what first differs in job, options and patterns.
// Nothing if they are.
std::string WhyOtherResult(const snapshot::Header& a, const snapshot::Header& b);

// Shards in a row, from 1, the last one included.
struct ShardRun {
  uint32_t first = 0;
  uint32_t last = 0;
  bool operator==(const ShardRun&) const = default;
};

// Fills in what of the header's inputs belongs to `runs`, of its shards.
void FillCovered(const std::vector<ShardRun>& runs, snapshot::Header* header);

class SnapshotSet {
 public:
  // Reads all of `files`, in any order. Fails, with the name of a file and what is wrong with it.
  static absl::StatusOr<SnapshotSet> Open(const std::vector<std::string>& files);

  // Fails with the shards that are in none of them.
  absl::Status CheckComplete() const;

  // What all have in common.
  const snapshot::Header& header() const { return header_; }
  // The shards that are there, as far as they are in a row.
  std::vector<ShardRun> Runs() const { return Runs(true); }

  // What of that is in which file, as far as it is in a row there: by shard.
  struct Part {
    size_t file;
    ShardRun run;
  };
  const std::vector<Part>& parts() const { return parts_; }

  // Opens a file once more, which may be another one by now: then it fails.
  absl::StatusOr<std::unique_ptr<SnapshotReader>> Reader(size_t file) const;
  const std::string& path(size_t file) const { return files_[file].path; }
  // Whether it is that of one shard, as a scan leaves it.
  bool IsOfOneShard(size_t file) const { return files_[file].of_one_shard; }

 private:
  struct File {
    std::string path;
    uint64_t checksum = 0;
    bool of_one_shard = false;
  };

  absl::Status Add(const std::string& path);
  std::vector<ShardRun> Runs(bool held) const;

  snapshot::Header header_;
  std::vector<File> files_;
  std::vector<size_t> holders_;  // by shard: the number of its file, from 1; 0: none
  std::vector<Part> parts_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SNAPSHOT_SET_H_
