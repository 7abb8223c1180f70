#include "jobs/partition_sort.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "lib/thread_team.h"

namespace bigscan {
namespace {

// So few are cheaper to take from each partition than to sort all.
constexpr uint64_t kFewGroups = 1000;
constexpr size_t kMostRanges = 256;
// Of the sample, for each range: so many that ranges are about as large.
constexpr size_t kSampledPerRange = 32;

}  // namespace

PartitionSort::PartitionSort(const GroupOrder& order, size_t partitions)
    : order_(order), partitions_(partitions), only_top_(order.most() <= kFewGroups) {}

void PartitionSort::Divide(const Places& places) {
  Places sample = places;
  std::sort(sample.begin(), sample.end(),
            [this](const auto& a, const auto& b) { return order_.Before(a, b); });
  const size_t count = std::clamp<size_t>(sample.size() / kSampledPerRange, 1, kMostRanges);
  for (size_t i = 1; i < count; ++i) bounds_.push_back(sample[i * sample.size() / count]);
}

void PartitionSort::AddTop(Partition* to) const {
  Places& places = to->places;
  const size_t most = std::min<uint64_t>(order_.most(), places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<ptrdiff_t>(most), places.end(),
                    [this](const auto& a, const auto& b) { return order_.Before(a, b); });
  places.resize(most);
  places.shrink_to_fit();
}

bool PartitionSort::Add(size_t partition, const GroupTable& table) {
  Partition& to = partitions_[partition];
  Places places;
  places.reserve(table.size());
  for (const GroupTable::Group* group : table.groups()) places.push_back(order_.PlaceOf(*group));
  if (only_top_) {
    to.places = std::move(places);
    AddTop(&to);
    return false;
  }
  if (partition == 0) {
    Divide(places);
    if (table.CanCopy()) bound_groups_ = CopyGroups(table, bounds_);
  }
  std::vector<uint16_t> range_of(places.size());
  to.begins.assign(ranges() + 1, 0);
  for (size_t i = 0; i < places.size(); ++i) {
    const auto bound =
        std::upper_bound(bounds_.begin(), bounds_.end(), places[i],
                         [this](const auto& a, const auto& b) { return order_.Before(a, b); });
    range_of[i] = static_cast<uint16_t>(bound - bounds_.begin());
    ++to.begins[range_of[i] + 1U];
  }
  for (size_t i = 1; i <= ranges(); ++i) to.begins[i] += to.begins[i - 1];
  to.places.resize(places.size());
  std::vector<size_t> ends = to.begins;
  for (size_t i = 0; i < places.size(); ++i) to.places[ends[range_of[i]]++] = places[i];
  if (!table.CanCopy()) return false;
  to.groups = CopyGroups(table, to.places);
  return true;
}

// Has the groups lie in the order of `places`, which from then on refer to the copies.
std::unique_ptr<char[]> PartitionSort::CopyGroups(const GroupTable& table, Places& places) {
  size_t bytes = 0;
  for (const GroupOrder::Place& place : places) bytes += table.GroupBytes(*place.group);
  std::unique_ptr<char[]> groups(new char[bytes]);
  char* at = groups.get();
  for (GroupOrder::Place& place : places) {
    place.group = table.Copy(*place.group, at);
    at += table.GroupBytes(*place.group);
  }
  return groups;
}

PartitionSort::Sorted PartitionSort::Finish(size_t threads) {
  const auto before = [this](const auto& a, const auto& b) { return order_.Before(a, b); };
  Sorted result;
  std::vector<Places>& sorted = result.ranges;
  sorted.resize(ranges());
  if (only_top_) {
    Places& all = sorted.front();
    for (const Partition& partition : partitions_) {
      all.insert(all.end(), partition.places.begin(), partition.places.end());
    }
    const size_t most = std::min<uint64_t>(order_.most(), all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(most), all.end(), before);
    all.resize(most);
    return result;
  }
  ForEachOnThreads(threads, ranges(), [&](size_t range) {
    Places& places = sorted[range];
    size_t size = 0;
    for (const Partition& partition : partitions_) size += partition.in(range).size();
    places.reserve(size);
    for (const Partition& partition : partitions_) {
      const std::span<const GroupOrder::Place> in = partition.in(range);
      places.insert(places.end(), in.begin(), in.end());
    }
    std::sort(places.begin(), places.end(), before);
  });
  uint64_t left = order_.most();
  for (Places& places : sorted) {
    if (places.size() > left) places.resize(left);
    left -= places.size();
  }
  for (Partition& partition : partitions_) result.groups.push_back(std::move(partition.groups));
  return result;
}

}  // namespace bigscan
