// All groups of a job, as the coordinator has them: in a table as long as they are few, in partitions when they are
// many, and on disk what does not fit into memory.
#ifndef BIGSCAN_JOBS_GROUP_STORE_H_
#define BIGSCAN_JOBS_GROUP_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jobs/group_order.h"
#include "jobs/group_partitions.h"
#include "jobs/group_spec.h"
#include "jobs/group_spill.h"
#include "jobs/group_table.h"
#include "jobs/sorted_groups.h"

namespace bigscan {

class GroupStore {
 public:
  // `spec` must outlive it.
  explicit GroupStore(const GroupSpec& spec);

  // Add entries (group_entry.h): any; or such of one partition, whose keys' hashes the worker has looked at. False if
  // they are broken. Both may fail later: see status().
  bool Add(absl::string_view entries);
  bool AddPartition(size_t partition, absl::string_view entries);

  // The group with the key, where all are few.
  GroupTable::Group* Get(absl::string_view key) { return table_.Get(key); }

  // The first groups as they are now, `most` at most. None if some are on disk, as what is left in memory does not tell
  // who leads; or if there are more than `most_looked_at`. They live until the next call.
  std::vector<GroupOrder::Place> First(size_t most, size_t most_looked_at) const;

  // All groups, which then are complete, and live as long as this; nothing unless status() is OK: it is kCancelled if
  // `must_stop` said so meanwhile. Call it once. More threads than one are at work as long as it takes.
  std::unique_ptr<SortedGroups> Sort(const std::function<bool()>& must_stop);

  // Where any group has its states and key.
  const GroupTable& layout() const { return table_; }
  // Not OK if groups could not be kept: half of a result is none.
  const absl::Status& status() const { return status_; }

 private:
  void MakeRoom();
  void Spill();
  bool MoveToPartitions() const;
  bool Check(bool whole);

  const GroupSpec& spec_;
  // Where a group is and whether it is merged changes nothing of what all are.
  mutable GroupTable table_;
  mutable GroupPartitions partitions_;
  GroupSpill spill_;
  GroupOrder order_;
  absl::Status status_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_STORE_H_
