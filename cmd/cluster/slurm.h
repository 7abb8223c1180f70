// Slurm, by its commands, which are looked for in $PATH. Errors are for the user, and name the command.
#ifndef BIGSCAN_CMD_CLUSTER_SLURM_H_
#define BIGSCAN_CMD_CLUSTER_SLURM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bigscan::slurm {

// Submits a job, or with --array among `options` an array of them, that runs `script` with the arguments `words`.
// Returns its id.
absl::StatusOr<std::string> Submit(const std::vector<std::string>& options,
                                   const std::string& script,
                                   const std::vector<std::string>& words);

// The ids of the jobs of this name that have not ended, as squeue prints them.
absl::StatusOr<std::vector<std::string>> Pending(const std::string& name);

// The greatest index of a job array.
absl::StatusOr<uint32_t> MostIndex();

// Asks for the end of the jobs of this name.
absl::Status Cancel(const std::string& name);

// The id of the job that this process is in: "12" or, of an array, "12_3"; empty outside of any.
std::string ThisJob();
// The id of its array, or of itself.
std::string ThisArray();

// Has the job that this process is in run again. Slurm then ends this process.
absl::Status RequeueThis();

}  // namespace bigscan::slurm

#endif  // BIGSCAN_CMD_CLUSTER_SLURM_H_
