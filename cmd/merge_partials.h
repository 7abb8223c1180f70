// --merge with --partial: makes one snapshot of several, which can be merged further.
#ifndef BIGSCAN_CMD_MERGE_PARTIALS_H_
#define BIGSCAN_CMD_MERGE_PARTIALS_H_

#include <string>

#include "absl/status/status.h"
#include "cmd/options.h"
#include "cmd/snapshot_set.h"
#include "jobs/number_shift.h"

namespace bigscan {

// Writes to the file `options.partial` what the snapshots of `set` hold, which need not be those of all shards.
// `options` are those that the snapshots tell. The bytes depend on which shards there are, and not on how they were
// merged before. Leaves an old file alone if it fails, or if a signal comes that is to end the program.
absl::Status MergePartials(const SnapshotSet& set, const Options& options);

// Whether the output of the snapshots has numbers of records, which then count from 1 in each share.
bool NumbersCountFromShares(const SnapshotSet& set, const Options& options);
// What has those of an input count on. REQUIRES: NumbersCountFromShares.
NumberShift ShiftOf(const SnapshotSet& set, const Options& options, uint32_t input);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MERGE_PARTIALS_H_
