// Sets of shards: which of them are still to be done, and how they are written.
#ifndef BIGSCAN_CMD_CLUSTER_SHARD_LIST_H_
#define BIGSCAN_CMD_CLUSTER_SHARD_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/cluster/work_directory.h"

namespace bigscan {

// Ascending numbers as ranges: "1,3-5" with "," as `separator`.
std::string Ranges(const std::vector<uint32_t>& shards, const char* separator);

// The shards, from 1 to `shards`, whose snapshots are not there, damaged, or not those of the directory's manifest. Reads
// them all. Fails if the manifest can not be read.
absl::StatusOr<std::vector<uint32_t>> MissingShards(const WorkDirectory& directory,
                                                    uint32_t shards);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_SHARD_LIST_H_
