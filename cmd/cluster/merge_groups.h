// The tree of merges of a run with many shards: groups of them are merged by tasks of their own, and the last merge puts
// these together.
#ifndef BIGSCAN_CMD_CLUSTER_MERGE_GROUPS_H_
#define BIGSCAN_CMD_CLUSTER_MERGE_GROUPS_H_

#include <cstdint>

namespace bigscan {

class MergeGroups {
 public:
  // Of `width` shards each, but maybe the last one. 0: the square root of `shards`, so that no merge has more to read than
  // another, or no groups if there are few shards.
  MergeGroups(uint32_t shards, uint32_t width);

  // How many; 0 if all shards are merged at once, as they are if one group would have them all.
  uint32_t size() const { return size_; }
  // The shards of a group, from 1, the last one included.
  uint32_t first(uint32_t group) const { return (group - 1) * width_ + 1; }
  uint32_t last(uint32_t group) const { return group == size_ ? shards_ : group * width_; }

 private:
  uint32_t shards_;
  uint32_t width_;
  uint32_t size_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_MERGE_GROUPS_H_
