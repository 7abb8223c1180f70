// What is in the queue for a run: submits what of it is still to be done.
#ifndef BIGSCAN_CMD_CLUSTER_SUBMISSION_H_
#define BIGSCAN_CMD_CLUSTER_SUBMISSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/cluster/cluster_options.h"
#include "cmd/cluster/work_directory.h"

namespace bigscan {

struct Submission {
  std::string name = {};                       // of all its jobs, and of no others
  std::vector<std::string> arrays = {};        // their ids; none if all shards are there
  std::vector<std::string> group_arrays = {};  // of those that merge groups
  std::string merge = {};  // empty: nothing was to be done, as the result is there
  size_t tasks = 0;        // in the arrays
  size_t group_tasks = 0;
};

// Submits the shards that are missing, the merges of groups behind them, and the last merge. The first time, lists the inputs and fixes them in a
// manifest; later on, `options` must ask for the same. Fails if the directory belongs to another run, or if there are
// still jobs of this one; with kCancelled if a signal came, after which none of its jobs are left in the queue.
absl::StatusOr<Submission> Submit(const ClusterOptions& options, const WorkDirectory& directory);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_SUBMISSION_H_
