// Groups one after the other, in the order in which they are printed.
#ifndef BIGSCAN_JOBS_SORTED_GROUPS_H_
#define BIGSCAN_JOBS_SORTED_GROUPS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "jobs/group_order.h"
#include "jobs/group_table.h"

namespace bigscan {

class SortedGroups {
 public:
  virtual ~SortedGroups() = default;

  // The next one, which lives until the next call; null after the last.
  virtual const GroupTable::Group* Next() = 0;
  // Goes back to the first one.
  virtual void Restart() = 0;
};

// Those of a table, which must outlive this and stay as it is.
class SortedTable : public SortedGroups {
 public:
  explicit SortedTable(std::vector<GroupOrder::Place> places) : places_(std::move(places)) {}

  const GroupTable::Group* Next() override {
    if (next_ == places_.size()) return nullptr;
    // They lie anywhere in memory.
    if (next_ + kFetched < places_.size()) GroupTable::Fetch(*places_[next_ + kFetched].group);
    return places_[next_++].group;
  }
  void Restart() override { next_ = 0; }

 private:
  static constexpr size_t kFetched = 16;

  const std::vector<GroupOrder::Place> places_;
  size_t next_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_SORTED_GROUPS_H_
