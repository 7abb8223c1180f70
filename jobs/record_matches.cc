#include "jobs/record_matches.h"

#include <string>

#include "lib/record.h"

namespace bigscan {

std::span<const MatchLocator::Match> RecordMatches::In(const RecordRef& record) {
  absl::string_view text = WithoutDelimiter(record.bytes, delimiter_);
  if (crlf_ && !text.empty() && text.back() == '\r' && text.size() < record.bytes.size()) {
    text.remove_suffix(1);
  }
  const absl::Status status = locator_->Locate(text, record.patterns, &matches_);
  if (!status.ok()) {
    failures_.push_back(
        {record.offset, record.offset + record.bytes.size(), std::string(status.message())});
    matches_.clear();
  }
  return matches_;
}

}  // namespace bigscan
