// Waits for the result of a run.
#ifndef BIGSCAN_CMD_CLUSTER_FOLLOW_H_
#define BIGSCAN_CMD_CLUSTER_FOLLOW_H_

#include "cmd/cluster/cluster_options.h"
#include "cmd/cluster/submission.h"
#include "cmd/cluster/work_directory.h"

namespace bigscan {

// Says how the run goes on, on standard error, until its merge has ended; then prints the result, or why there is none.
// Goes by the files of the tasks; asks Slurm only now and then whether the jobs are still there. Returns the exit status
// that bigscan would have, or 2. SIGINT, SIGTERM and SIGHUP cancel the jobs, and end the process.
int Follow(const WorkDirectory& directory, const ClusterOptions& options,
           const Submission& submission);

// Prints the result that is there. Returns its exit status, or 2.
int PrintResult(const WorkDirectory& directory);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_FOLLOW_H_
