#include "jobs/record_values.h"

#include <algorithm>
#include <utility>

namespace bigscan {
namespace {

bool IsNumber(const std::string& name) {
  return name.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordValues>> RecordValues::Create(const Options& options) {
  std::unique_ptr<RecordValues> values(new RecordValues());
  values->fields_ = options.fields.size();
  values->values_.resize(options.fields.size() + options.groups.size());
  if (options.format != nullptr) {
    // Where columns are told by numbers alone, there need not be a header.
    values->has_header_ = options.format->has_header && !options.header.empty() &&
                          !std::all_of(options.fields.begin(), options.fields.end(), IsNumber);
    absl::StatusOr<std::unique_ptr<FieldSplitter>> splitter =
        options.format->make(options.fields, values->has_header_ ? options.header : "");
    if (!splitter.ok()) return splitter.status();
    values->splitter_ = *std::move(splitter);
  }
  if (!options.groups.empty()) {
    absl::StatusOr<CaptureFinder> finder = CaptureFinder::Create(options.patterns, options.groups);
    if (!finder.ok()) return finder.status();
    values->captures_ = *std::move(finder);
  }
  return values;
}

absl::StatusOr<RecordValues::Fit> RecordValues::Read(absl::string_view record,
                                                     std::optional<uint32_t> pattern) {
  const std::span<absl::string_view> all(values_);
  if (splitter_ != nullptr) {
    if (!splitter_->Split(record, all.first(fields_))) return Fit::kUnfit;
    if (has_header_ && splitter_->IsHeader(record)) return Fit::kHeader;
  }
  if (captures_.has_value()) {
    const absl::Status status = captures_->Find(record, pattern, all.subspan(fields_));
    if (!status.ok()) return status;
  }
  return Fit::kFits;
}

}  // namespace bigscan
