// Runs a scan plan over blocks of records and tells which records are selected.
//
// A block is scanned whole (one hs_scan for thousands of records) as long as matches are rare
// enough. Where they are dense, or a pattern such as `foo.*b*` reports an end at each byte, records
// are scanned one by one, each up to its first match. Which of the two serves a block is measured,
// block by block, and shows in nothing but the time.
#ifndef BIGSCAN_LIB_RECORD_SCANNER_H_
#define BIGSCAN_LIB_RECORD_SCANNER_H_

#include <hs/hs.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/scan_plan.h"

namespace bigscan {

// Whole records in [begin, end), offsets into the bytes that were scanned; delimiters included.
struct Run {
  size_t begin;
  size_t end;
};

// One process's scanner: holds the Hyperscan scratch. Made before the fork, so that running out of
// memory shows early; each process then has its own copy.
class RecordScanner {
 public:
  // What is selected in one block: disjoint ascending runs, each of them one record or more.
  struct Selected {
    absl::string_view block;  // whole records, a part of what is scanned
    size_t block_begin;       // its offset there
    const std::vector<Run>& runs;
    uint64_t records;  // how many records the runs hold
  };
  using Sink = absl::FunctionRef<void(const Selected&)>;

  // `plan` must outlive the scanner. With `invert`, the records are selected that the plan does
  // not.
  static absl::StatusOr<std::unique_ptr<RecordScanner>> Create(const ScanPlan& plan, bool invert);

  // Scans `records`: whole records, of which the last one may lack its delimiter. Calls `sink` once
  // a block, in order. A record that can not be matched (longer than Hyperscan's 32-bit lengths, or
  // beyond PCRE2's match limit) is named in `failures` and not selected, also not with `invert`,
  // unless another pattern matches it.
  void Scan(absl::string_view records, Sink sink);

  struct Failure {
    Run record;  // offsets into the bytes of the last Scan
    absl::Status reason;
  };
  // Of the last Scan, in order.
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  struct FreeScratch {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };

  RecordScanner(const ScanPlan& plan, bool invert) : plan_(plan), invert_(invert) {}

  static int OnMatch(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                     void* self);
  int Add(unsigned id, size_t to);

  void ScanBlock(absl::string_view block);
  hs_error_t ScanTimed(absl::string_view block);
  bool MatchesAtStart(absl::string_view record) const;
  bool ScanWhole(absl::string_view block);
  void ScanByRecord(absl::string_view block);
  bool RecordMatches(absl::string_view record);
  bool Confirm(const RecordMatcher& matcher, Run record);
  void Fail(Run record, absl::Status reason);
  void SortHits();
  void SortFailures(size_t first);
  void Invert();

  const ScanPlan& plan_;
  const bool invert_;
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch_;
  std::vector<Failure> failures_;

  size_t database_ = 0;      // the one that is used
  int blocks_to_trial_ = 0;  // before the databases are compared again
  std::vector<std::chrono::steady_clock::duration> trial_times_;  // of each database in turn

  // The state of one block's scan, offsets into the block.
  absl::string_view block_;
  size_t block_begin_ = 0;    // offset in what is scanned
  std::vector<Run> hits_;     // selected records
  Run current_ = {0, 0};      // the record of the latest match
  size_t current_last_ = 0;   // the last offset at which a match in it can end
  bool current_hit_ = false;  // whether it is selected; only a candidate otherwise
  unsigned failed_id_ = 0;    // the latest pattern that did not confirm it
  bool sorted_ = true;        // whether hits_ ascend, each once
  size_t wasted_ = 0;         // matches in records that were decided already
  size_t waste_limit_ = 0;
  int by_record_blocks_ = 0;  // how many blocks to scan by record before the next try
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_SCANNER_H_
