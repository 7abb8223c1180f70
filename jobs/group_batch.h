// Records on their way to a table of groups.
#ifndef BIGSCAN_JOBS_GROUP_BATCH_H_
#define BIGSCAN_JOBS_GROUP_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/group_spec.h"
#include "jobs/group_table.h"
#include "lib/decimal.h"

namespace bigscan {

// Some records' keys, and what the aggregates look at of them. The table is asked for all of their groups together, so
// that the waits for memory overlap: see GroupTable::FetchSlot. Texts are copied, and need not live so long.
class GroupBatch {
 public:
  explicit GroupBatch(const GroupSpec& spec);

  // A record: what is appended to `key` is its key. Then either DropKey, or Add, and after that, of the record that was
  // added, each number and each value.
  std::string& key() { return keys_; }
  void DropKey() { keys_.resize(size_ == 0 ? 0 : key_ends_[size_ - 1]); }
  void Add();
  // `number`: counted through the specification's. `text`: data() is null if the record does not have it. False if it
  // has, and that is no number.
  bool SetNumber(size_t number, absl::string_view text);
  // `state`: counted through the specification's, one that does not take numbers.
  void SetValue(size_t state, absl::string_view text);

  // Then AddTo has to be called before the next record.
  bool full() const { return size_ == kMost; }
  // Adds the records to their groups, and forgets them.
  void AddTo(GroupTable* table);

 private:
  static constexpr size_t kMost = 32;
  struct Value {
    uint64_t hash;
    bool is_there;
  };

  absl::string_view Key(size_t record) const;
  void AddValues(size_t record, GroupTable* table, GroupTable::Group* group) const;

  const std::vector<GroupSpec::State> states_;
  const size_t number_count_;
  std::string keys_;  // one behind the other
  size_t size_ = 0;
  // By record,
  std::vector<size_t> key_ends_;  // in keys_
  std::vector<uint64_t> hashes_;  // of the keys
  // and number, or state.
  std::vector<std::optional<Decimal>> numbers_;
  std::vector<char> has_number_;
  std::vector<Value> values_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_BATCH_H_
