#include "lib/record_time.h"

#include <utility>

namespace bigscan {

absl::StatusOr<RecordTime> RecordTime::Create(const Options& options) {
  if (options.format == nullptr || options.format->time_field.empty()) {
    return RecordTime(options, nullptr);
  }
  const std::string name(options.format->time_field);
  absl::StatusOr<std::unique_ptr<FieldSplitter>> splitter =
      options.format->make({&name, 1}, options.header);
  if (!splitter.ok()) return splitter.status();
  return RecordTime(options, *std::move(splitter));
}

RecordTime::RecordTime(const Options& options, std::unique_ptr<FieldSplitter> splitter)
    : splitter_(std::move(splitter)),
      reader_(options.formats, options.context),
      header_(options.header) {}

std::optional<int64_t> RecordTime::Find(absl::string_view record) {
  if (splitter_ == nullptr) return reader_.Find(record);
  absl::string_view field;
  if (!splitter_->Split(record, {&field, 1}) || field.data() == nullptr) return std::nullopt;
  return reader_.Read(field);
}

bool RecordTime::IsHeader(absl::string_view record) const {
  if (!record.empty() && record.back() == '\r') record.remove_suffix(1);
  return !header_.empty() && record == header_;
}

}  // namespace bigscan
