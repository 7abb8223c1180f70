// Runs a scan plan over blocks of records and tells which records are selected.
//
// A block is scanned whole (one hs_scan for thousands of records) as long as matches are rare
// enough. Where they are dense, or a pattern such as `foo.*b*` reports an end at each byte, records
// are scanned one by one, each up to its first match. Which of the two serves a block, and which of
// the engines of the plan, is measured, block by block, and shows in nothing but the time.
#ifndef BIGSCAN_LIB_RECORD_SCANNER_H_
#define BIGSCAN_LIB_RECORD_SCANNER_H_

#include <hs/hs.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/block_hits.h"
#include "lib/block_splitter.h"
#include "lib/engine_trial.h"
#include "lib/record_decider.h"
#include "lib/scan_plan.h"

namespace bigscan {

struct ScannerOptions {
  bool invert = false;       // select the records that the plan does not
  bool find_binary = false;  // see block_splitter.h
  // No more are needed of each Scan: where records are slow to match, those behind them are left
  // alone. Without effect with `invert`.
  std::optional<uint64_t> max_selected = {};
  // Whether Selected::records is looked at: where a run holds many, they have to be counted.
  bool count_records = true;
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
    uint64_t records;  // how many records the runs hold; anything unless they are to be counted
    // Only if the plan tells patterns: which of them match which record, by record and then by
    // pattern.
    std::span<const PatternHit> hits = {};
    // These are binary data, a copy in which each NUL is a delimiter: to be counted, not shown.
    bool binary = false;
  };
  // False ends the scan: no more needs to be known.
  using Sink = absl::FunctionRef<bool(const Selected&)>;

  // `plan` must outlive the scanner.
  static absl::StatusOr<std::unique_ptr<RecordScanner>> Create(const ScanPlan& plan,
                                                               const ScannerOptions& options);

  // Calls `sink` once a block, in order. A record that can not be matched (longer than Hyperscan's
  // 32-bit lengths, or beyond PCRE2's match limit) is named in `failures` and not selected, also not
  // with `invert`, unless another pattern matches it.
  void Scan(const ChunkRecords& chunk, Sink sink);
  void Scan(absl::string_view records, Sink sink) { Scan(ChunkRecords{records}, sink); }

  // Of the last Scan, in order: records are offsets into its bytes.
  const std::vector<RecordFault>& failures() const { return failures_; }

  // The engines that scanned the last block, by pass and as the plan names them; "/records" marks
  // one that scanned record by record. Empty if the plan has no passes.
  std::string engines() const;

 private:
  struct FreeScratch {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };
  // How a pass is being scanned.
  struct PassState {
    EngineTrial trial;
    size_t engine = 0;         // for this block
    int by_record_blocks = 0;  // how many blocks to scan by record before the next try
    // This process's own searches for needles, tuned to its data, by engine; null for other engines.
    std::vector<std::unique_ptr<NeedleSearch>> needles = {};
    int blocks_to_tuning = 0;
  };

  RecordScanner(const ScanPlan& plan, const ScannerOptions& options);

  void ScanChecked(BlockSplitter::Block* block);
  void EnterBlock(const BlockSplitter::Block& block);
  void ScanBlock();
  void ScanPass(size_t index);
  bool ScanWhole(const ScanPlan::Engine& engine);
  void ScanNeedles(const ScanPlan::Engine& engine, const NeedleSearch& needles);
  void ScanLiterals(const LiteralSetSearch& literals);
  bool SeesNuls() const;
  void Tune(PassState* state);
  void ScanByRecord(const ScanPlan::Engine& engine);
  void ScanRecordTerms();
  void SelectAll();

  static int OnMatch(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                     void* self);
  static int OnMatchInRecord(unsigned id, unsigned long long from, unsigned long long to,
                             unsigned flags, void* self);
  int Add(uint32_t term, size_t to);
  void DecideByNeedle(uint32_t term, bool exact);
  bool FoundInRecord(const ScanPlan::Engine& engine, uint32_t term);
  bool IsEnough(uint64_t selected) const;
  bool StartsWithLiteral(absl::string_view record, const ScanPlan::StartLiteral& start) const;
  void Settle(size_t first_failure);

  const ScanPlan& plan_;
  const ScannerOptions options_;
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch_;
  BlockSplitter splitter_;
  std::vector<PassState> states_;  // by pass
  std::vector<RecordFault> failures_;
  uint64_t selected_ = 0;  // records, by the blocks of this Scan that are done

  // The state of one block's scan, offsets into the block.
  absl::string_view block_;
  size_t block_begin_ = 0;                // offset in what is scanned
  const ScanPlan::Pass* pass_ = nullptr;  // that is scanned for
  BlockHits hits_;
  RecordDecider decider_;
  bool nul_ = false;          // whether an engine that looks for NULs has seen one
  double check_seconds_ = 0;  // that looking for NULs took
  size_t wasted_ = 0;         // matches in records that were decided already
  size_t waste_limit_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_SCANNER_H_
