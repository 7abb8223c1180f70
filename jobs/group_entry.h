// Groups as bytes: how they come from workers, wait to be merged, and lie in temporary files.
//
//   entry := key_bytes:varint key values_bytes:varint values       values as in group_table.h
//
// Groups are told apart by partition, too: by some bits of their keys' hashes, so that each partition can be
// merged by itself. (Goetz Graefe: Query evaluation techniques for large databases, 1993.)
#ifndef BIGSCAN_JOBS_GROUP_ENTRY_H_
#define BIGSCAN_JOBS_GROUP_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/group_table.h"

namespace bigscan {

constexpr size_t kGroupPartitions = 256;

// By bits of which the table makes no use, neither for places nor in slots.
constexpr size_t GroupPartition(uint64_t hash) { return hash >> 40 & (kGroupPartitions - 1); }

// The groups of a table, partition by partition.
class GroupsByPartition {
 public:
  using Groups = std::vector<const GroupTable::Group*>;

  // Takes those of `table`, which must stay as they are.
  void Sort(const GroupTable& table);
  // Those of a partition are groups()[begin(partition)] and so on until begin(partition + 1); within it, in the
  // order in which they came.
  const Groups& groups() const { return groups_; }
  size_t begin(size_t partition) const { return begins_[partition]; }

 private:
  Groups groups_;
  std::vector<size_t> begins_;
};

void AppendGroupEntry(const GroupTable& table, const GroupTable::Group& group, std::string* bytes);

struct GroupEntry {
  absl::string_view key;
  absl::string_view values;
};
// Takes an entry from the front of `bytes`. False, and both unspecified, if there is none.
bool TakeGroupEntry(absl::string_view* bytes, GroupEntry* entry);

// Adds entries to a table; several at a time, as they lie anywhere in memory. False if they are broken: then
// those before are added.
bool MergeGroupEntries(absl::string_view entries, GroupTable* table);

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_ENTRY_H_
