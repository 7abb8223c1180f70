#include "jobs/group_batch.h"

#include <new>

#include "lib/distinct_counter.h"

namespace bigscan {

GroupBatch::GroupBatch(const GroupSpec& spec)
    : states_(spec.states),
      number_count_(spec.numbers.size()),
      key_ends_(kMost),
      hashes_(kMost),
      numbers_(kMost * number_count_),
      has_number_(kMost * number_count_),
      values_(kMost * states_.size()) {}

void GroupBatch::Add() { key_ends_[size_++] = keys_.size(); }

bool GroupBatch::SetNumber(size_t number, absl::string_view text) {
  const size_t at = (size_ - 1) * number_count_ + number;
  has_number_[at] = text.data() != nullptr ? 1 : 0;
  if (text.data() == nullptr) return true;
  // Made in its place: a copy of what was only just written in smaller parts would wait until these have reached the
  // cache.
  ::new (&numbers_[at]) std::optional<Decimal>(Decimal::Parse(text));
  return numbers_[at].has_value();
}

void GroupBatch::SetValue(size_t state, absl::string_view text) {
  values_[(size_ - 1) * states_.size() + state] = {.hash = DistinctCounter::HashOf(text),
                                                   .is_there = text.data() != nullptr};
}

absl::string_view GroupBatch::Key(size_t record) const {
  const size_t begin = record == 0 ? 0 : key_ends_[record - 1];
  return {keys_.data() + begin, key_ends_[record] - begin};
}

void GroupBatch::AddTo(GroupTable* table) {
  for (size_t i = 0; i < size_; ++i) {
    hashes_[i] = GroupTable::HashOf(Key(i));
    table->FetchSlot(hashes_[i]);
  }
  for (size_t i = 0; i < size_; ++i) table->FetchGroup(hashes_[i]);
  GroupTable::Group* group = nullptr;
  for (size_t i = 0; i < size_; ++i) {
    // Times ascend, and one status is much more frequent than the others.
    const bool is_same = i > 0 && hashes_[i] == hashes_[i - 1] && Key(i) == Key(i - 1);
    if (!is_same) group = table->Get(Key(i), hashes_[i]);
    ++group->count;
    if (!states_.empty()) AddValues(i, table, group);
  }
  size_ = 0;
  keys_.clear();
}

void GroupBatch::AddValues(size_t record, GroupTable* table, GroupTable::Group* group) const {
  static constexpr std::optional<Decimal> kNone;
  for (size_t i = 0; i < states_.size(); ++i) {
    if (states_[i].number.has_value()) {
      const size_t at = record * number_count_ + *states_[i].number;
      if (has_number_[at] != 0) table->Add({.hash = 0, .number = numbers_[at]}, i, group);
    } else {
      const Value& value = values_[record * states_.size() + i];
      if (value.is_there) table->Add({.hash = value.hash, .number = kNone}, i, group);
    }
  }
}

}  // namespace bigscan
