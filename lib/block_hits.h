// What is selected in one block, and what could not be decided: engines tell it in any order and more than
// once, and then it is put in order.
#ifndef BIGSCAN_LIB_BLOCK_HITS_H_
#define BIGSCAN_LIB_BLOCK_HITS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"

namespace bigscan {

// Whole records in [begin, end), offsets into the bytes that were scanned; delimiters included.
struct Run {
  size_t begin;
  size_t end;
};

// A pattern that matches a record.
struct PatternHit {
  size_t record;     // where the record begins in the block
  uint32_t pattern;  // its place among the patterns

  bool operator==(const PatternHit&) const = default;
  auto operator<=>(const PatternHit&) const = default;
};

// A record that could not be matched.
struct RecordFault {
  Run record;
  absl::Status reason;
};

class BlockHits {
 public:
  // `tell_patterns`: which of them match a record matters, not only whether one does.
  explicit BlockHits(bool tell_patterns) : tell_patterns_(tell_patterns) {}

  void Clear();
  void Add(Run record) { records_.push_back(record); }
  void AddPattern(size_t record, uint32_t pattern) { patterns_.push_back({record, pattern}); }
  // What follows may come before what is there, or be there already.
  void ExpectDisorder() { sorted_ = false; }
  // Drops what has been added since.
  struct Mark {
    size_t records;
    size_t patterns;
  };
  Mark mark() const { return {records_.size(), patterns_.size()}; }
  void BackTo(Mark mark);

  // Ascending, each once.
  void Sort();
  // Instead of records: one run, which may hold many.
  void Set(Run run) { records_.assign(1, run); }
  // The runs between the records instead, up to `end`. REQUIRES: they are sorted.
  void Invert(size_t end);

  // Of the `faults` from `first` on, which are of records of this block, leaves one for each record,
  // sorted, and none for a record that a pattern matches, unless it matters which ones do. `base` is where
  // the block begins in what they refer to. REQUIRES: the hits are sorted.
  void Settle(size_t first, size_t base, std::vector<RecordFault>* faults) const;

  bool empty() const { return records_.empty(); }
  const std::vector<Run>& records() const { return records_; }
  const std::vector<PatternHit>& patterns() const { return patterns_; }

 private:
  const bool tell_patterns_;
  std::vector<Run> records_;
  std::vector<PatternHit> patterns_;
  bool sorted_ = true;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_BLOCK_HITS_H_
