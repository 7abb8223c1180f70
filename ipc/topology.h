// Which CPUs to pin processes to.
#ifndef BIGSCAN_IPC_TOPOLOGY_H_
#define BIGSCAN_IPC_TOPOLOGY_H_

#include <vector>

#include "absl/status/statusor.h"

namespace bigscan {

// The CPUs that this process may use, by kernel number: one of each physical core first, in hwloc's
// order, then the cores' second hardware threads, and so on. hwloc is loaded by this call, because
// to load it takes longer than to scan a small file; fails with kUnavailable where it is not
// installed.
absl::StatusOr<std::vector<int>> CpusByCore();

// Fails with kInvalidArgument if this process may not use one of `cpus`.
absl::Status CheckCpusAllowed(const std::vector<int>& cpus);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_TOPOLOGY_H_
