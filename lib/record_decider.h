// Decides which terms of a scan plan match a record: the confirmation of what engines found in a block.
//
// Engines tell of places; these come in any order and many to a record. The decider finds the record, and
// decides each term once for it.
#ifndef BIGSCAN_LIB_RECORD_DECIDER_H_
#define BIGSCAN_LIB_RECORD_DECIDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/block_hits.h"
#include "lib/scan_plan.h"

namespace bigscan {

class RecordDecider {
 public:
  // `plan`, and the other two that it adds to, must outlive the decider.
  RecordDecider(const ScanPlan& plan, BlockHits* hits, std::vector<RecordFault>* failures);

  // `block` holds whole records, and begins at `begin` in what is scanned. No record is entered yet.
  void StartBlock(absl::string_view block, size_t begin);
  void LeaveRecord() { Enter({1, 0}); }

  // The current record is that at which a match can end at `at`; or `record`, which is `selected` already.
  void EnterAt(size_t at);
  void Enter(Run record, bool selected = false);
  bool Holds(size_t at) const { return at >= record_.begin && at <= last_; }
  Run record() const { return record_; }
  absl::string_view text() const;         // without the delimiter
  absl::string_view confirmable() const;  // what of it a pattern sees

  // Whether nothing more has to be known of the current record, or of `term` in it.
  bool IsDone() const { return selected_ && !tell_patterns_; }
  bool IsDecided(uint32_t term) const { return decided_[term] == number_; }
  bool is_selected() const { return selected_; }

  // Selects the record if `term`, of which a candidate was found in it, matches.
  void Decide(uint32_t term, bool confirm);
  void Decide(uint32_t term) { Decide(term, plan_.term(term).confirm); }
  // As is known from elsewhere.
  void SetDecided(uint32_t term, bool matches);

  // `record`, in the block, can not be matched.
  void Fail(Run record, absl::Status reason);

 private:
  bool Confirm(const ScanPlan::Term& term);

  const ScanPlan& plan_;
  const bool tell_patterns_;
  BlockHits* const hits_;
  std::vector<RecordFault>* const failures_;

  absl::string_view block_;
  size_t block_begin_ = 0;
  Run record_ = {1, 0};
  size_t last_ = 0;        // the last offset at which a match in it can end
  bool selected_ = false;  // only a candidate otherwise
  // By term, the latest record that it was decided for: records are numbered as they are entered.
  std::vector<uint64_t> decided_;
  uint64_t number_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_DECIDER_H_
