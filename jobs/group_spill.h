// Groups that do not fit into memory: on disk, in files that have no name, so that nothing is left of them whatever
// happens.
//
// Groups are spilled by partitions of their keys' hashes. At the end, a partition at a time is read back, its groups are
// put together and sorted, and written as a run; the runs are then merged. So the result is that of one table, in
// memory for one partition of it. (Goetz Graefe: Query evaluation techniques for large databases, 1993.)
#ifndef BIGSCAN_JOBS_GROUP_SPILL_H_
#define BIGSCAN_JOBS_GROUP_SPILL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jobs/group_entry.h"
#include "jobs/group_order.h"
#include "jobs/group_partitions.h"
#include "jobs/group_table.h"
#include "jobs/sorted_groups.h"
#include "lib/chunk.h"
#include "lib/temporary_file.h"

namespace bigscan {

class GroupSpill {
 public:
  // `aggregates`: those of the tables.
  explicit GroupSpill(Aggregates aggregates) : aggregates_(std::move(aggregates)) {}

  bool empty() const { return segments_.empty(); }
  // The memory that it takes to know where they are: some kilobytes for each call of Add.
  uint64_t bytes() const { return segments_.size() * sizeof(Segments); }

  // Writes the groups of `table`. Fails if there is no room for them in the temporary directory.
  absl::Status Add(const GroupTable& table);
  absl::Status Add(const GroupPartitions& partitions);

  // All groups, in order. Call it once, when nothing more comes. `order` must outlive the result. Fails with kCancelled if
  // `must_stop` says so.
  absl::StatusOr<std::unique_ptr<SortedGroups>> Merge(const GroupOrder& order,
                                                      const std::function<bool()>& must_stop);

 private:
  // Where the groups of each partition lie in the file.
  using Segments = std::array<ByteRange, kGroupPartitions>;

  absl::Status ReadPartition(size_t partition, GroupTable* table) const;

  const Aggregates aggregates_;
  TemporaryFile file_;
  std::vector<Segments> segments_;  // by call of Add
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_SPILL_H_
