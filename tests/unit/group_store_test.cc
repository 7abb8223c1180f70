// All groups of a job, whatever memory there is for them.
#include "jobs/group_store.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "jobs/group_entry.h"
#include "jobs/group_key.h"

namespace bigscan {
namespace {

// A job that counts, by one key.
GroupSpec Spec(uint64_t most_bytes) {
  GroupSpec spec;
  spec.keys.push_back({.title = "key"});
  spec.columns.push_back({.title = "count"});
  spec.most_bytes = most_bytes;
  return spec;
}

// One entry each, as from as many workers.
void AddOneByOne(int groups, const GroupSpec& spec, GroupStore* store) {
  GroupTable table(spec.aggregates);
  for (int i = 0; i < groups; ++i) {
    std::string key;
    AppendKeyText(absl::StrCat("key", i * 7919 % 30'011), &key);
    table.Clear();
    table.Get(key)->count = static_cast<uint64_t>(i);
    std::string entry;
    AppendGroupEntry(table, *table.groups().front(), &entry);
    ASSERT_TRUE(store->Add(entry));
  }
}

std::map<std::string, uint64_t> Sorted(GroupStore* store) {
  std::map<std::string, uint64_t> counts;
  const std::unique_ptr<SortedGroups> groups = store->Sort([] { return false; });
  EXPECT_TRUE(groups != nullptr && store->status().ok()) << store->status();
  while (const GroupTable::Group* group = groups == nullptr ? nullptr : groups->Next()) {
    EXPECT_TRUE(counts.empty() ||
                std::string(store->layout().Key(*group)) > counts.rbegin()->first);
    counts[std::string(store->layout().Key(*group))] += group->count;
  }
  return counts;
}

TEST(GroupStore, IsTheSameWithoutMemory) {
  constexpr int kGroups = 50'000;  // of which some are the same
  const GroupSpec all_of_it = Spec(UINT64_MAX);
  const GroupSpec none = Spec(0);
  GroupStore in_memory(all_of_it);
  GroupStore on_disk(none);
  AddOneByOne(kGroups, all_of_it, &in_memory);
  AddOneByOne(kGroups, none, &on_disk);
  const std::map<std::string, uint64_t> wanted = Sorted(&in_memory);
  EXPECT_EQ(wanted.size(), 30'011u);
  EXPECT_EQ(Sorted(&on_disk), wanted);
}

TEST(GroupStore, StopsInTheMiddle) {
  const GroupSpec spec = Spec(0);
  GroupStore store(spec);
  AddOneByOne(1000, spec, &store);
  int asked = 0;
  EXPECT_EQ(store.Sort([&asked] { return ++asked == 100; }), nullptr);
  EXPECT_EQ(asked, 100);
  EXPECT_TRUE(absl::IsCancelled(store.status())) << store.status();
}

// What is kept to find the parts on disk again is not to outgrow what is on disk.
TEST(GroupSpill, TellsWhatItTakesToFindGroups) {
  GroupSpill spill({});
  GroupTable table({});
  table.Get("key");
  EXPECT_EQ(spill.bytes(), 0u);
  ASSERT_TRUE(spill.Add(table).ok());
  const uint64_t once = spill.bytes();
  EXPECT_GE(once, kGroupPartitions * sizeof(uint64_t));
  ASSERT_TRUE(spill.Add(table).ok());
  EXPECT_EQ(spill.bytes(), 2 * once);
}

}  // namespace
}  // namespace bigscan
