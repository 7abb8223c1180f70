// The command line of bigscan-cluster.
#ifndef BIGSCAN_CMD_CLUSTER_CLUSTER_OPTIONS_H_
#define BIGSCAN_CMD_CLUSTER_CLUSTER_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace bigscan {

struct ClusterOptions {
  // What this process is: the one that submits, or a task of what it has submitted.
  enum class Role { kSubmitter, kShard, kGroup, kMerge };
  Role role = Role::kSubmitter;
  bool help = false;
  bool version = false;
  std::string work;
  uint32_t shards = 0;
  uint32_t retries = 0;
  uint32_t merge_width = 0;  // of merge_groups.h
  bool wait = false;
  std::vector<std::string> sbatch;
  uint32_t first = 0;  // of a task: its shard, or group, is this more than its index in the array
  // The words of bigscan: all that is asked for; of a task, those that do not change the result.
  std::vector<std::string> words;
};

// Fails with kInvalidArgument, and a message for the user.
absl::StatusOr<ClusterOptions> ParseClusterOptions(int argc, char** argv);

// The text of --help.
std::string ClusterHelp();

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_CLUSTER_OPTIONS_H_
