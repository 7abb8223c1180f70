// The order in which groups are printed: by the column that is sorted by, and then by key.
#ifndef BIGSCAN_JOBS_GROUP_ORDER_H_
#define BIGSCAN_JOBS_GROUP_ORDER_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "jobs/group_spec.h"
#include "jobs/group_table.h"

namespace bigscan {

class GroupOrder {
 public:
  // `spec` must outlive it; `layout`, of which nothing but where groups have their states is used, too.
  GroupOrder(const GroupSpec& spec, const GroupTable& layout);

  // A group with the beginnings of what it is sorted by, in numbers that sort in the same way: most groups are
  // told apart by them alone, without a look at where they lie.
  struct Place {
    uint64_t first;      // of what comes first
    uint64_t second[2];  // of the key
    const GroupTable::Group* group;
  };
  Place PlaceOf(const GroupTable::Group& group) const;
  bool Before(const Place& a, const Place& b) const;

  // How many groups are to be printed at most.
  uint64_t most() const { return spec_.top.value_or(UINT64_MAX); }
  // The groups of a table, which are to stay as they are, in order; only as many as are to be printed.
  std::vector<Place> Sorted(const GroupTable& table) const;
  // No more of them than `most`.
  std::vector<Place> First(const GroupTable& table, uint64_t most) const;

 private:
  std::vector<Place> PlacesOf(const GroupTable& table) const;
  uint64_t RankOf(const GroupTable::Group& group) const;
  std::strong_ordering Compare(const GroupTable::Group& a, const GroupTable::Group& b) const;

  const GroupSpec& spec_;
  const GroupTable& layout_;
  const bool rank_decides_;  // groups of the same rank are equal in what is sorted by
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_ORDER_H_
