#include "jobs/group_entry.h"

#include <array>

#include "lib/varint.h"

namespace bigscan {

void GroupsByPartition::Sort(const GroupTable& table) {
  // Counted, then put in place.
  begins_.assign(kGroupPartitions + 1, 0);
  for (const GroupTable::Group* group : table.groups()) ++begins_[GroupPartition(group->hash) + 1];
  for (size_t i = 1; i <= kGroupPartitions; ++i) begins_[i] += begins_[i - 1];
  groups_.resize(table.size());
  std::vector<size_t> ends = begins_;
  for (const GroupTable::Group* group : table.groups()) {
    groups_[ends[GroupPartition(group->hash)]++] = group;
  }
}

void AppendGroupEntry(const GroupTable& table, const GroupTable::Group& group, std::string* bytes) {
  const absl::string_view key = table.Key(group);
  AppendVarint(key.size(), bytes);
  bytes->append(key.data(), key.size());
  // Their size is mostly a byte.
  const size_t size_at = bytes->size();
  bytes->push_back('\0');
  table.AppendValues(group, bytes);
  const size_t size = bytes->size() - size_at - 1;
  if (size < 0x80) {
    (*bytes)[size_at] = static_cast<char>(size);
    return;
  }
  std::string more;
  AppendVarint(size, &more);
  bytes->replace(size_at, 1, more);
}

bool TakeGroupEntry(absl::string_view* bytes, GroupEntry* entry) {
  uint64_t size = 0;
  if (!TakeVarint(bytes, &size) || size > bytes->size()) return false;
  entry->key = bytes->substr(0, size);
  bytes->remove_prefix(size);
  if (!TakeVarint(bytes, &size) || size > bytes->size()) return false;
  entry->values = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

bool MergeGroupEntries(absl::string_view entries, GroupTable* table) {
  constexpr size_t kMost = 32;
  std::array<GroupEntry, kMost> batch;
  std::array<uint64_t, kMost> hashes;
  while (!entries.empty()) {
    size_t size = 0;
    for (; size < kMost && !entries.empty(); ++size) {
      if (!TakeGroupEntry(&entries, &batch[size])) return false;
      hashes[size] = GroupTable::HashOf(batch[size].key);
      table->FetchSlot(hashes[size]);
    }
    for (size_t i = 0; i < size; ++i) table->FetchGroup(hashes[i]);
    for (size_t i = 0; i < size; ++i) {
      absl::string_view* const values = &batch[i].values;
      if (!table->TakeValues(batch[i].key, hashes[i], values) || !values->empty()) return false;
    }
  }
  return true;
}

}  // namespace bigscan
