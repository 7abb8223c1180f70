// Puts groups that come in partitions into one order, with several threads.
//
// The first partition is a sample of all: by it, the order is divided into ranges that are about as large. The groups
// of each partition are told apart by range, then each range is sorted by itself. (Samplesort: W. D. Frazer and
// A. C. McKellar, 1970.)
#ifndef BIGSCAN_JOBS_PARTITION_SORT_H_
#define BIGSCAN_JOBS_PARTITION_SORT_H_

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "jobs/group_order.h"
#include "jobs/group_table.h"

namespace bigscan {

class PartitionSort {
 public:
  using Places = std::vector<GroupOrder::Place>;

  // `order` must outlive it.
  PartitionSort(const GroupOrder& order, size_t partitions);

  // The groups of a partition. The first call is for partition 0; when it has returned, others may be made by several
  // threads, for one partition each. True if the groups have been copied, so that `table` is not needed any more;
  // otherwise it is to stay as it is.
  bool Add(size_t partition, const GroupTable& table);

  // All that has been added, one range behind the other; only as many as are to be printed. Call it once.
  struct Sorted {
    std::vector<Places> ranges;
    std::vector<std::unique_ptr<char[]>> groups;  // the copies, to which the places refer
  };
  Sorted Finish(size_t threads);

 private:
  struct Partition {
    Places places;  // by range
    std::unique_ptr<char[]> groups;
    std::vector<size_t>
        begins;  // of each range, and the end of the last one; nothing if there are no groups
    std::span<const GroupOrder::Place> in(size_t range) const {
      if (begins.empty()) return {};
      return std::span(places).subspan(begins[range], begins[range + 1] - begins[range]);
    }
  };

  void AddTop(Partition* to) const;
  void Divide(const Places& places);
  static std::unique_ptr<char[]> CopyGroups(const GroupTable& table, Places& places);
  size_t ranges() const { return bounds_.size() + 1; }

  const GroupOrder& order_;
  std::vector<Partition> partitions_;
  Places bounds_;  // the first place of each range but the first
  std::unique_ptr<char[]> bound_groups_;
  const bool only_top_;  // so few are to be printed that each partition can be cut to that
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_PARTITION_SORT_H_
