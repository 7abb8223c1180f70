#include "jobs/group_partitions.h"

#include <string.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "jobs/partition_sort.h"
#include "lib/thread_team.h"

namespace bigscan {
namespace {

constexpr size_t kBlockBytes = 1 << 20;
// So much is copied before anything is merged: little beside what a few workers take for their tables.
constexpr uint64_t kUsualKeptBytes = 64 << 20;

}  // namespace

GroupPartitions::GroupPartitions(Aggregates aggregates, uint64_t most_bytes)
    : aggregates_(std::move(aggregates)),
      first_kept_bytes_(std::min(kUsualKeptBytes, most_bytes / 4)),
      most_kept_bytes_(first_kept_bytes_) {}

uint64_t GroupPartitions::bytes() const {
  // Vectors grow by doubling.
  return blocks_.size() * kBlockBytes + large_bytes_ + tables_bytes_ +
         pieces_ * 2 * sizeof(absl::string_view);
}

char* GroupPartitions::Place(size_t size) {
  if (size > kBlockBytes) {
    large_.emplace_back(new char[size]);
    large_bytes_ += size;
    return large_.back().get();
  }
  if (block_ < blocks_.size() && used_ + size > kBlockBytes) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) blocks_.emplace_back(new char[kBlockBytes]);
  char* const place = blocks_[block_].get() + used_;
  used_ += size;
  return place;
}

bool GroupPartitions::Add(size_t partition, absl::string_view entries) {
  empty_ = false;
  char* const place = Place(entries.size());
  memcpy(place, entries.data(), entries.size());
  partitions_[partition].pieces.emplace_back(place, entries.size());
  partitions_[partition].piece_bytes += entries.size();
  kept_bytes_ += entries.size();
  ++pieces_;
  return kept_bytes_ <= most_kept_bytes_ || Shrink();
}

// Merges what has been kept, if that takes less memory afterwards. Otherwise more may be kept.
bool GroupPartitions::Shrink() {
  Partition& sample = partitions_[sample_++ % kGroupPartitions];
  const auto content = [&sample] {
    return sample.table == nullptr ? 0 : sample.table->content_bytes();
  };
  const uint64_t pieces = sample.piece_bytes;
  const uint64_t table = sample.table_bytes;
  const uint64_t before = content();
  if (!Merge(&sample)) return false;
  kept_bytes_ -= pieces;
  tables_bytes_ += sample.table_bytes - table;
  if (content() > before + pieces / 2) {
    most_kept_bytes_ *= 2;
    return true;
  }
  return MergeAll();
}

bool GroupPartitions::MergeAll() {
  tables_bytes_ = 0;
  for (Partition& partition : partitions_) {
    if (!Merge(&partition)) return false;
    tables_bytes_ += partition.table_bytes;
  }
  kept_bytes_ = 0;
  pieces_ = 0;
  block_ = 0;
  used_ = 0;
  large_.clear();
  large_bytes_ = 0;
  return true;
}

uint64_t GroupPartitions::groups() const {
  uint64_t groups = 0;
  for (const Partition& partition : partitions_) {
    if (partition.table != nullptr) groups += partition.table->size();
  }
  return groups;
}

bool GroupPartitions::Merge(Partition* partition) const {
  if (partition->pieces.empty()) return true;
  if (partition->table == nullptr) partition->table = std::make_unique<GroupTable>(aggregates_);
  for (const absl::string_view piece : partition->pieces) {
    if (!MergeGroupEntries(piece, partition->table.get())) return false;
  }
  partition->pieces.clear();
  partition->piece_bytes = 0;
  partition->table_bytes = partition->table->bytes();
  return true;
}

void GroupPartitions::Reset() {
  partitions_ = {};
  blocks_.clear();
  large_.clear();
  large_bytes_ = 0;
  block_ = 0;
  used_ = 0;
  kept_bytes_ = 0;
  tables_bytes_ = 0;
  pieces_ = 0;
  most_kept_bytes_ = first_kept_bytes_;
  empty_ = true;
}

std::optional<PartitionSort::Sorted> GroupPartitions::Sort(const GroupOrder& order,
                                                           size_t threads) {
  std::atomic<bool> broken = false;
  PartitionSort sort(order, kGroupPartitions);
  const auto merge = [&](size_t i) {
    Partition& partition = partitions_[i];
    if (!Merge(&partition)) broken = true;
    if (partition.table == nullptr) return;
    partition.table->DropSlots();
    if (sort.Add(i, *partition.table)) partition.table.reset();
  };
  // By its hash, the first one's keys are a sample of all.
  merge(0);
  ForEachOnThreads(threads, kGroupPartitions - 1, [&](size_t i) { merge(i + 1); });
  if (broken) return std::nullopt;
  blocks_.clear();
  large_.clear();
  return sort.Finish(threads);
}

}  // namespace bigscan
