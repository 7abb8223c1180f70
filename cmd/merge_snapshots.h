// --merge: puts snapshots that belong together into the result of the run that they are the shares of, or into one snapshot.
#ifndef BIGSCAN_CMD_MERGE_SNAPSHOTS_H_
#define BIGSCAN_CMD_MERGE_SNAPSHOTS_H_

#include "absl/status/statusor.h"
#include "cmd/options.h"

namespace bigscan {

struct MergeOutcome {
  bool selected = false;   // any record
  bool had_error = false;  // which has been said
};

// Prints what the run without --shard and --partial prints; or, with options.partial, only writes that: merge_partials.h.
// Fails before it has printed anything if the files are no snapshots, or not all those of one run; with kUnavailable if
// nobody reads the output any more.
absl::StatusOr<MergeOutcome> MergeSnapshots(const Options& options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MERGE_SNAPSHOTS_H_
