// Sets of shards, and of merges of them: which are still to be done, and how they are written.
#ifndef BIGSCAN_CMD_CLUSTER_SHARD_LIST_H_
#define BIGSCAN_CMD_CLUSTER_SHARD_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/cluster/merge_groups.h"
#include "cmd/cluster/work_directory.h"

namespace bigscan {

// Ascending numbers as ranges: "1,3-5" with "," as `separator`.
std::string Ranges(const std::vector<uint32_t>& shards, const char* separator);

struct Missing {
  std::vector<uint32_t> groups;  // that are not merged
  std::vector<uint32_t>
      shards;  // of these groups, or of all if there are none, those that are not scanned
};

// What of a run's snapshots is not there, damaged, or not those of the directory's manifest: that goes by what is in them,
// not by their names. Reads them all, but not those of shards that are merged. Fails if the manifest can not be read.
absl::StatusOr<Missing> FindMissing(const WorkDirectory& directory, const MergeGroups& groups,
                                    uint32_t shards);

// The same of one group alone.
absl::StatusOr<Missing> FindMissingOf(uint32_t group, const WorkDirectory& directory,
                                      const MergeGroups& groups, uint32_t shards);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_SHARD_LIST_H_
