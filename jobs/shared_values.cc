#include "jobs/shared_values.h"

#include <functional>
#include <span>
#include <utility>

namespace bigscan {

absl::StatusOr<std::shared_ptr<SharedValues>> SharedValues::Create(
    const RecordValues::Options& options) {
  absl::StatusOr<std::unique_ptr<RecordValues>> values = RecordValues::Create(options);
  if (!values.ok()) return values.status();
  return std::shared_ptr<SharedValues>(new SharedValues(*std::move(values)));
}

// Adds a value to those of the record. One that had to be put together lives only until the next record is read.
void SharedValues::Keep(absl::string_view record, absl::string_view value) {
  const std::less_equal<const char*> before;
  const bool in_record = before(record.data(), value.data()) &&
                         before(value.data() + value.size(), record.data() + record.size());
  if (!in_record && value.data() != nullptr) {
    value = copies_.emplace_back(value.data(), value.size());
  }
  found_values_.push_back(value);
}

SharedValues::Reader::Reader(std::shared_ptr<SharedValues> values)
    : values_(std::move(values)),
      first_(values_->readers_++ == 0),
      current_(values_->values_->values().data()) {}

void SharedValues::Reader::StartBlock() {
  next_ = 0;
  if (!first_) return;
  values_->found_.clear();
  values_->found_values_.clear();
  values_->copies_.clear();
}

absl::StatusOr<RecordValues::Fit> SharedValues::Reader::Read(absl::string_view record,
                                                             std::optional<uint32_t> pattern) {
  RecordValues& values = *values_->values_;
  std::vector<Found>& found = values_->found_;
  const std::span<const absl::string_view> all = values.values();
  const uint32_t key = pattern.value_or(kNoPattern);
  if (!first_) {
    // The first one may have selected others as well.
    while (next_ < found.size() && found[next_].record < record.data()) ++next_;
    while (next_ < found.size() && found[next_].record == record.data() &&
           found[next_].pattern < key) {
      ++next_;
    }
    if (next_ < found.size() && found[next_].record == record.data() &&
        found[next_].pattern == key) {
      current_ = &values_->found_values_[next_ * all.size()];
      return found[next_++].fit;
    }
  }
  current_ = all.data();
  const absl::StatusOr<RecordValues::Fit> fit = values.Read(record, pattern);
  if (first_ && values_->readers_ > 1 && fit.ok()) {
    found.push_back({record.data(), key, *fit});
    for (const absl::string_view value : all) values_->Keep(record, value);
  }
  return fit;
}

}  // namespace bigscan
