// Many groups, by partition of their keys' hashes.
//
// The coordinator, which alone has to keep up with all workers, only copies what they send, and merges it when no more
// comes: then each partition fits into a processor's cache, and several are merged at once, by threads. Where the
// same keys come again and again, what has been copied is merged when there is much of it.
#ifndef BIGSCAN_JOBS_GROUP_PARTITIONS_H_
#define BIGSCAN_JOBS_GROUP_PARTITIONS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/group_entry.h"
#include "jobs/group_order.h"
#include "jobs/group_table.h"
#include "jobs/partition_sort.h"

namespace bigscan {

class GroupPartitions {
 public:
  // `most_bytes`: what this is to take at most; whoever adds has to look at bytes(). `aggregates`: those of the entries.
  GroupPartitions(Aggregates aggregates, uint64_t most_bytes);

  // Adds entries (group_entry.h) of one partition. False if such that came before are broken.
  bool Add(size_t partition, absl::string_view entries);

  bool empty() const { return empty_; }
  // The memory that is taken.
  uint64_t bytes() const;

  // A partition as it is: what has been merged, and entries that have not.
  const GroupTable* table(size_t partition) const { return partitions_[partition].table.get(); }
  const std::vector<absl::string_view>& pieces(size_t partition) const {
    return partitions_[partition].pieces;
  }
  // Of entries that have not been merged; and how many groups have.
  uint64_t kept_bytes() const { return kept_bytes_; }
  uint64_t groups() const;
  // False if something is broken.
  bool MergeAll();

  // Forgets all, and gives the memory back.
  void Reset();

  // Merges all that has been added, and puts it into order, with so many threads, which are gone when it returns. Nothing
  // if some of it is broken. Call it once, and no other method then; the result refers to what this holds.
  std::optional<PartitionSort::Sorted> Sort(const GroupOrder& order, size_t threads);

 private:
  struct Partition {
    std::unique_ptr<GroupTable> table;      // none as long as nothing is merged
    std::vector<absl::string_view> pieces;  // entries that are not merged
    uint64_t piece_bytes = 0;
    uint64_t table_bytes = 0;
  };

  bool Merge(Partition* partition) const;
  bool Shrink();
  char* Place(size_t size);

  const Aggregates aggregates_;
  const uint64_t first_kept_bytes_;
  bool empty_ = true;
  std::array<Partition, kGroupPartitions> partitions_;

  // What the pieces refer to.
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_ = 0;  // of them, that is being filled,
  size_t used_ = 0;   // up to here
  std::vector<std::unique_ptr<char[]>> large_;
  uint64_t large_bytes_ = 0;

  uint64_t kept_bytes_ = 0;  // of pieces, when they came
  uint64_t pieces_ = 0;
  uint64_t tables_bytes_ = 0;
  uint64_t most_kept_bytes_;  // before it is tried whether merging makes it less
  size_t sample_ = 0;         // the partition by which to tell whether merging makes it less
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_PARTITIONS_H_
