#include "jobs/shared_values.h"

#include <span>
#include <utility>

namespace bigscan {

absl::StatusOr<std::shared_ptr<SharedValues>> SharedValues::Create(
    const RecordValues::Options& options) {
  absl::StatusOr<std::unique_ptr<RecordValues>> values = RecordValues::Create(options);
  if (!values.ok()) return values.status();
  return std::shared_ptr<SharedValues>(new SharedValues(*std::move(values)));
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
    values_->found_values_.insert(values_->found_values_.end(), all.begin(), all.end());
  }
  return fit;
}

}  // namespace bigscan
