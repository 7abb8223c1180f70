// The tasks of a run, as Slurm starts them on the nodes: one for each shard, one for each group of
// them that is to be merged, and the last merge.
#ifndef BIGSCAN_CMD_CLUSTER_TASK_H_
#define BIGSCAN_CMD_CLUSTER_TASK_H_

#include "cmd/cluster/cluster_options.h"
#include "cmd/cluster/work_directory.h"

namespace bigscan {

// Scans the shard that the place in the job array tells, with all CPUs that Slurm has given. Returns the exit status: 0
// if its snapshot is there, else that of bigscan. What may go well another time is put into the queue again, before it
// fails, so that what depends on the job array waits for it.
int RunShardTask(const ClusterOptions& options, const WorkDirectory& directory);

// Merges the group of shards that the place in the job array tells, if that has not been done. Returns as RunShardTask does;
// 2 if one of its shards is missing.
int RunGroupTask(const ClusterOptions& options, const WorkDirectory& directory);

// Puts the result in place, or tells in its status which shards are missing. Groups that are not merged do not matter: it
// takes their shards. Returns 0 if there is a result, selected records or not.
int RunMergeTask(const ClusterOptions& options, const WorkDirectory& directory);

// The bigscan beside this program, or the one in $PATH.
std::string BigscanProgram();

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_TASK_H_
