#include "lib/record_decider.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "lib/record.h"

namespace bigscan {

RecordDecider::RecordDecider(const ScanPlan& plan, BlockHits* hits,
                             std::vector<RecordFault>* failures)
    : plan_(plan),
      tell_patterns_(plan.options().tell_patterns),
      hits_(hits),
      failures_(failures),
      decided_(plan.terms()) {}

void RecordDecider::StartBlock(absl::string_view block, size_t begin) {
  block_ = block;
  block_begin_ = begin;
  LeaveRecord();
}

// A match that ends at `at` lies in the record that holds the byte there: as no match ends with a
// delimiter, that byte follows the match in its record, or is the record's delimiter.
void RecordDecider::EnterAt(size_t at) {
  Enter({RecordBegin(block_, at, plan_.delimiter()), RecordEnd(block_, at, plan_.delimiter())});
  const bool ends = block_[record_.end - 1] == plan_.delimiter();
  last_ = ends ? record_.end - 1 : record_.end;
}

void RecordDecider::Enter(Run record, bool selected) {
  record_ = record;
  last_ = record.end;
  selected_ = selected;
  ++number_;
}

absl::string_view RecordDecider::text() const {
  return WithoutDelimiter(block_.substr(record_.begin, record_.end - record_.begin),
                          plan_.delimiter());
}

absl::string_view RecordDecider::confirmable() const {
  absl::string_view record = text();
  if (plan_.options().crlf && absl::EndsWith(record, "\r")) record.remove_suffix(1);
  return record;
}

void RecordDecider::Decide(uint32_t term, bool confirm) {
  decided_[term] = number_;
  if (confirm && !Confirm(plan_.term(term))) return;
  SetDecided(term, true);
}

void RecordDecider::SetDecided(uint32_t term, bool matches) {
  decided_[term] = number_;
  if (!matches) return;
  if (!selected_) hits_->Add(record_);
  selected_ = true;
  if (tell_patterns_) hits_->AddPattern(record_.begin, plan_.term(term).pattern);
}

bool RecordDecider::Confirm(const ScanPlan::Term& term) {
  const absl::string_view record = confirmable();
  if (term.string.has_value()) return term.string->Matches(record);
  absl::StatusOr<bool> matches = term.matcher->Matches(record);
  if (matches.ok()) return *matches;
  Fail(record_, matches.status());
  return false;
}

void RecordDecider::Fail(Run record, absl::Status reason) {
  const Run absolute{block_begin_ + record.begin, block_begin_ + record.end};
  // Several patterns can fail on a record; BlockHits::Settle sees to those that do so out of order.
  const bool known = !failures_->empty() && failures_->back().record.begin == absolute.begin;
  if (!known) failures_->push_back({absolute, std::move(reason)});
}

}  // namespace bigscan
