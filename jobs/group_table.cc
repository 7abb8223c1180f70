#include "jobs/group_table.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr size_t kFirstBlockBytes = 16 << 10;
constexpr size_t kMostBlockBytes = 1 << 20;
constexpr size_t kFirstSlots = 256;

// Of a slot. Linux gives a process no addresses above.
constexpr int kAddressBits = 48;
constexpr uint64_t kAddress = (uint64_t{1} << kAddressBits) - 1;

uint64_t SlotFor(const GroupTable::Group* group) {
  return reinterpret_cast<uintptr_t>(group) | (group->hash & ~kAddress);
}

GroupTable::Group* GroupIn(uint64_t slot) {
  return reinterpret_cast<GroupTable::Group*>(slot & kAddress);
}

}  // namespace

GroupTable::GroupTable(Aggregates aggregates)
    : aggregates_(std::move(aggregates)), slots_(kFirstSlots, 0) {
  for (const std::shared_ptr<const Aggregate>& aggregate : aggregates_) {
    state_offsets_.push_back(states_bytes_);
    states_bytes_ += RoundUp(aggregate->state_bytes());
  }
}

GroupTable::~GroupTable() { DestroyStates(); }

void GroupTable::DestroyStates() {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    for (Group* group : groups_) aggregates_[i]->Destroy(State(group, i));
  }
}

void GroupTable::Clear() {
  DestroyStates();
  groups_.clear();
  slots_.resize(std::max(slots_.size(), kFirstSlots));
  std::fill(slots_.begin(), slots_.end(), 0);
  block_ = 0;
  used_ = 0;
  heap_bytes_ = 0;
  placed_bytes_ = 0;
}

void GroupTable::Reset() {
  Clear();
  groups_ = {};
  slots_ = std::vector<uint64_t>(kFirstSlots, 0);
  blocks_.clear();
}

void* GroupTable::Allocate(size_t size) {
  size = RoundUp(size);
  while (block_ < blocks_.size() && used_ + size > blocks_[block_].size) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    const size_t usual =
        blocks_.empty() ? kFirstBlockBytes : std::min(2 * blocks_.back().size, kMostBlockBytes);
    const size_t block = std::max(usual, size);
    blocks_.push_back({std::unique_ptr<char[]>(new char[block]), block});
  }
  char* const place = blocks_[block_].bytes.get() + used_;
  used_ += size;
  placed_bytes_ += size;
  return place;
}

void GroupTable::Grow() {
  slots_.assign(4 * slots_.size(), 0);
  const size_t mask = slots_.size() - 1;
  for (const Group* group : groups_) {
    size_t slot = group->hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = SlotFor(group);
  }
}

uint64_t GroupTable::HashOf(absl::string_view key) { return XXH3_64bits(key.data(), key.size()); }

void GroupTable::FetchGroup(uint64_t hash) const {
  const uint64_t slot = slots_[hash & (slots_.size() - 1)];
  if (slot != 0) Fetch(*GroupIn(slot));
}

void GroupTable::Fetch(const Group& group) {
  constexpr size_t kCacheLine = 64;
  __builtin_prefetch(&group);
  __builtin_prefetch(reinterpret_cast<const char*>(&group) + kCacheLine);
}

GroupTable::Group* GroupTable::Get(absl::string_view key, uint64_t hash) {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (((slots_[slot] ^ hash) & ~kAddress) != 0) continue;
    Group* const group = GroupIn(slots_[slot]);
    if (group->hash == hash && Key(*group) == key) return group;
  }
  auto* const group = static_cast<Group*>(Allocate(StatesAt(key.size()) + states_bytes_));
  *group = {.count = 0, .hash = hash, .key_bytes = static_cast<uint32_t>(key.size())};
  memcpy(group + 1, key.data(), key.size());
  for (size_t i = 0; i < aggregates_.size(); ++i) aggregates_[i]->Construct(State(group, i));
  groups_.push_back(group);
  slots_[slot] = SlotFor(group);
  if (2 * groups_.size() > slots_.size()) Grow();
  return group;
}

void GroupTable::Add(const AggregateInput& input, size_t aggregate, Group* group) {
  const Aggregate& of = *aggregates_[aggregate];
  void* const state = State(group, aggregate);
  if (!of.has_heap()) return of.Add(input, state);
  heap_bytes_ -= of.HeapBytes(state);
  of.Add(input, state);
  heap_bytes_ += of.HeapBytes(state);
}

bool GroupTable::CanCopy() const {
  return std::none_of(aggregates_.begin(), aggregates_.end(),
                      [](const auto& aggregate) { return aggregate->has_heap(); });
}

uint64_t GroupTable::bytes() const {
  uint64_t bytes =
      heap_bytes_ + slots_.capacity() * sizeof(uint64_t) + groups_.capacity() * sizeof(Group*);
  for (const Block& block : blocks_) bytes += block.size;
  return bytes;
}

void GroupTable::AppendValues(const Group& group, std::string* bytes) const {
  AppendVarint(group.count, bytes);
  for (size_t i = 0; i < aggregates_.size(); ++i) aggregates_[i]->Append(State(group, i), bytes);
}

bool GroupTable::TakeValues(absl::string_view key, uint64_t hash, absl::string_view* bytes) {
  uint64_t count = 0;
  if (!TakeVarint(bytes, &count)) return false;
  Group* const group = Get(key, hash);
  group->count += count;
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const Aggregate& of = *aggregates_[i];
    void* const state = State(group, i);
    if (of.has_heap()) heap_bytes_ -= of.HeapBytes(state);
    const bool taken = of.Take(bytes, state);
    if (of.has_heap()) heap_bytes_ += of.HeapBytes(state);
    if (!taken) return false;
  }
  return true;
}

}  // namespace bigscan
