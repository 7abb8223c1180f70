// Groups one after the other, in the order in which they are printed.
#ifndef BIGSCAN_JOBS_SORTED_GROUPS_H_
#define BIGSCAN_JOBS_SORTED_GROUPS_H_

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "jobs/group_order.h"
#include "jobs/group_table.h"
#include "jobs/partition_sort.h"

namespace bigscan {

class SortedGroups {
 public:
  virtual ~SortedGroups() = default;

  // The next one, which lives until the next call; null after the last.
  virtual const GroupTable::Group* Next() = 0;
  // Whether Next has given all of them: not if they could not be read.
  virtual absl::Status status() const { return absl::OkStatus(); }
  // Goes back to the first one.
  virtual void Restart() = 0;
  // In place of Next: some of the groups that come next, `most` at most, which live as long as this. None if each has to
  // be asked for by Next, or all have been.
  using Places = std::span<const GroupOrder::Place>;
  virtual Places NextPlaces(size_t /*most*/) { return {}; }
};

// Those that lie in memory: in tables that must outlive this and stay as they are, or as copies.
class SortedTables : public SortedGroups {
 public:
  explicit SortedTables(PartitionSort::Sorted sorted)
      : sorted_(std::move(sorted)), ranges_(sorted_.ranges) {}

  const GroupTable::Group* Next() override {
    const Places places = NextPlaces(1);
    return places.empty() ? nullptr : places.front().group;
  }
  void Restart() override { range_ = next_ = 0; }
  Places NextPlaces(size_t most) override {
    while (range_ < ranges_.size() && next_ == ranges_[range_].size()) {
      ++range_;
      next_ = 0;
    }
    if (range_ == ranges_.size()) return {};
    const Places rest = Places(ranges_[range_]).subspan(next_);
    const Places taken = rest.first(std::min(most, rest.size()));
    next_ += taken.size();
    return taken;
  }

 private:
  const PartitionSort::Sorted sorted_;
  const std::vector<PartitionSort::Places>& ranges_;
  size_t range_ = 0;
  size_t next_ = 0;  // in this range
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_SORTED_GROUPS_H_
