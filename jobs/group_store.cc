#include "jobs/group_store.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "jobs/group_entry.h"

namespace bigscan {
namespace {

// For a look at the groups: a tenth of a second at most.
constexpr uint64_t kMostMerged = 64 << 20;

}  // namespace

GroupStore::GroupStore(const GroupSpec& spec)
    : spec_(spec),
      table_(spec.aggregates),
      partitions_(spec.aggregates, spec.most_bytes),
      spill_(spec.aggregates),
      order_(spec_, table_) {}

bool GroupStore::Check(bool whole) {
  if (!whole) status_.Update(absl::DataLossError("groups of a worker: damaged"));
  return whole;
}

bool GroupStore::Add(absl::string_view entries) {
  MakeRoom();
  return MergeGroupEntries(entries, &table_);
}

bool GroupStore::AddPartition(size_t partition, absl::string_view entries) {
  MakeRoom();
  return Check(partitions_.Add(partition, entries));
}

void GroupStore::MakeRoom() {
  const uint64_t bytes = (table_.empty() ? 0 : table_.bytes()) + partitions_.bytes();
  // Where they lie on disk is kept in memory as well: the more that is, the larger are the parts that follow, as with
  // many small ones neither the memory nor the time would be bounded by what the limit asks for.
  if (bytes > std::max(spec_.most_bytes, spill_.bytes())) Spill();
}

void GroupStore::Spill() {
  if (!table_.empty()) status_.Update(spill_.Add(table_));
  table_.Reset();
  if (!partitions_.empty()) status_.Update(spill_.Add(partitions_));
  partitions_.Reset();
}

bool GroupStore::MoveToPartitions() const {
  GroupsByPartition groups;
  groups.Sort(table_);
  std::string entries;
  for (size_t i = 0; i < kGroupPartitions; ++i) {
    entries.clear();
    for (size_t j = groups.begin(i); j < groups.begin(i + 1); ++j) {
      AppendGroupEntry(table_, *groups.groups()[j], &entries);
    }
    if (!entries.empty() && !partitions_.Add(i, entries)) return false;
  }
  table_.Reset();
  return true;
}

std::vector<GroupOrder::Place> GroupStore::First(size_t most, size_t most_looked_at) const {
  if (!spill_.empty() || table_.size() > most_looked_at) return {};
  if (partitions_.empty()) return order_.First(table_, most);
  if (partitions_.kept_bytes() > kMostMerged || !MoveToPartitions() || !partitions_.MergeAll() ||
      partitions_.groups() > most_looked_at) {
    return {};
  }
  std::vector<GroupOrder::Place> places;
  for (size_t i = 0; i < kGroupPartitions; ++i) {
    const GroupTable* const table = partitions_.table(i);
    if (table == nullptr) continue;
    const std::vector<GroupOrder::Place> more = order_.First(*table, most);
    places.insert(places.end(), more.begin(), more.end());
  }
  std::sort(places.begin(), places.end(),
            [this](const auto& a, const auto& b) { return order_.Before(a, b); });
  places.resize(std::min<uint64_t>({most, order_.most(), places.size()}));
  return places;
}

std::unique_ptr<SortedGroups> GroupStore::Sort(const std::function<bool()>& must_stop) {
  if (!spill_.empty()) {
    Spill();
    if (!status_.ok()) return nullptr;
    absl::StatusOr<std::unique_ptr<SortedGroups>> merged = spill_.Merge(order_, must_stop);
    status_.Update(merged.status());
    return merged.ok() ? *std::move(merged) : nullptr;
  }
  PartitionSort::Sorted sorted;
  if (partitions_.empty()) {
    sorted.ranges.push_back(order_.Sorted(table_));
  } else {
    std::optional<PartitionSort::Sorted> all;
    if (MoveToPartitions()) all = partitions_.Sort(order_, spec_.threads);
    if (!Check(all.has_value())) return nullptr;
    sorted = *std::move(all);
  }
  return std::make_unique<SortedTables>(std::move(sorted));
}

}  // namespace bigscan
