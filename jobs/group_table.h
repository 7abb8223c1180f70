// The groups of a job: a hash table from keys to counts and the states of aggregates.
//
// Open addressing with linear probing over pointers that carry a part of the hash, so that only groups that are
// likely to be meant are looked at; groups lie one behind the other in blocks, so that a
// million of them is a few hundred allocations, and clearing the table for the next chunk none.
#ifndef BIGSCAN_JOBS_GROUP_TABLE_H_
#define BIGSCAN_JOBS_GROUP_TABLE_H_

#include <string.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/aggregate.h"

namespace bigscan {

using Aggregates = std::vector<std::shared_ptr<const Aggregate>>;

class GroupTable {
 public:
  // `aggregates`: of which each group has a state.
  explicit GroupTable(Aggregates aggregates);
  ~GroupTable();
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  // A group, which stays where it is until Clear.
  struct Group {
    uint64_t count;  // records
    uint64_t hash;
    uint32_t key_bytes;
  };

  // The group with the key, with a count of 0 if it was not there. `hash`: HashOf(key).
  Group* Get(absl::string_view key, uint64_t hash);
  Group* Get(absl::string_view key) { return Get(key, HashOf(key)); }
  static uint64_t HashOf(absl::string_view key);

  // Groups lie anywhere in memory. Who knows that several will be asked for has their slots fetched first, then,
  // a little later, the groups that these name.
  void FetchSlot(uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }
  void FetchGroup(uint64_t hash) const;
  static void Fetch(const Group& group);

  absl::string_view Key(const Group& group) const {
    return {reinterpret_cast<const char*>(&group + 1), group.key_bytes};
  }
  // The state that the group has for an aggregate.
  void* State(Group* group, size_t aggregate) const {
    return reinterpret_cast<char*>(group) + StatesAt(group->key_bytes) + state_offsets_[aggregate];
  }
  const void* State(const Group& group, size_t aggregate) const {
    return State(const_cast<Group*>(&group), aggregate);
  }

  // Adds a value to the group's state for an aggregate.
  void Add(const AggregateInput& input, size_t aggregate, Group* group);

  // Whether groups can be copied as bytes: no state has memory of its own. Copy puts one to `place`, which is aligned
  // to 16 bytes and has room for GroupBytes, for as long as it is there.
  bool CanCopy() const;
  size_t GroupBytes(const Group& group) const { return StatesAt(group.key_bytes) + states_bytes_; }
  const Group* Copy(const Group& group, char* place) const {
    return static_cast<const Group*>(memcpy(place, &group, GroupBytes(group)));
  }

  // In the order in which they were added.
  const std::vector<Group*>& groups() const { return groups_; }
  size_t size() const { return groups_.size(); }
  bool empty() const { return groups_.empty(); }
  // The memory that the table holds, in bytes.
  uint64_t bytes() const;
  // What its groups take of that, about. Depends on nothing but what has been done since Clear.
  uint64_t content_bytes() const {
    return placed_bytes_ + heap_bytes_ + groups_.size() * 2 * sizeof(Group*);
  }

  // Keeps the memory for groups to come; or gives it back.
  void Clear();
  void Reset();
  // Gives back what it takes to find groups: until the next Clear or Reset, none is to be asked for.
  void DropSlots() { slots_ = {}; }

  // Everything of a group but its key, as bytes:
  //   values := count:varint state*      in the order of the aggregates
  void AppendValues(const Group& group, std::string* bytes) const;
  // Takes such bytes from the front of `bytes`, and adds them to the group with the key. False if they are
  // none; what could be taken is added.
  bool TakeValues(absl::string_view key, uint64_t hash, absl::string_view* bytes);

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  static constexpr size_t kAlignment = 16;
  static constexpr size_t RoundUp(size_t size) {
    return (size + kAlignment - 1) / kAlignment * kAlignment;
  }
  // A group is followed by its key, and that by the states.
  static constexpr size_t StatesAt(size_t key_bytes) { return RoundUp(sizeof(Group) + key_bytes); }

  void* Allocate(size_t size);
  void Grow();
  void DestroyStates();

  const Aggregates aggregates_;
  std::vector<size_t> state_offsets_;  // from the first state
  size_t states_bytes_ = 0;
  std::vector<Group*> groups_;
  // By hash: the address of a group, below 16 further bits of its hash; 0 where there is none.
  std::vector<uint64_t> slots_;
  std::vector<Block> blocks_;
  size_t block_ = 0;           // of blocks_, that is being filled,
  size_t used_ = 0;            // up to here
  uint64_t heap_bytes_ = 0;    // that states hold
  uint64_t placed_bytes_ = 0;  // of groups in blocks
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_TABLE_H_
