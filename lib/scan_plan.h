// The scan plan: a set of patterns, compiled once into whatever scans a block of records fastest.
//
//   all       a pattern selects every record: nothing is scanned
//   none      no pattern can select a record
//   literal   each pattern is a fixed string, or a regex that comes down to one, maybe at the start
//             of a record: Hyperscan's literal matchers (hs_compile_lit_multi)
//   direct    Hyperscan scans whole blocks for the regexes (MULTILINE, never DOTALL), each rewritten
//             by selection.h so that no match holds a delimiter
//   confirm   each record is given to PCRE2: some pattern is beyond Hyperscan (look-around,
//             back-references) or beyond the rewriting
//
// A `direct` plan may hold patterns that could not be rewritten wholly; what Hyperscan finds for
// these is a candidate, and their RecordMatcher confirms it. The plan never changes what is
// selected.
#ifndef BIGSCAN_LIB_SCAN_PLAN_H_
#define BIGSCAN_LIB_SCAN_PLAN_H_

#include <hs/hs.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/pattern.h"
#include "lib/record_matcher.h"
#include "lib/selection.h"

namespace bigscan {

// Immutable once compiled. Compiled before the workers are forked, who share its memory.
class ScanPlan {
 public:
  enum class Kind { kAll, kNone, kLiteral, kDirect, kConfirm };

  // A record is selected when at least one of `patterns` matches it; no patterns select nothing.
  // Fails with kInvalidArgument on an invalid pattern, naming it and Hyperscan's reason, or PCRE2's
  // where Hyperscan would take it. REQUIRES: delimiter == '\n', which `^` and `$` look for.
  static absl::StatusOr<std::unique_ptr<ScanPlan>> Compile(std::span<const Pattern> patterns,
                                                           char delimiter);

  Kind kind() const { return kind_; }
  absl::string_view name() const;
  char delimiter() const { return delimiter_; }

  // For kLiteral and kDirect: databases that find the same records, by different engines. Which is
  // the fastest depends on the data.
  using Database = std::unique_ptr<hs_database_t, hs_error_t (*)(hs_database_t*)>;
  std::span<const Database> databases() const { return databases_; }

  // For kLiteral: the literals that only count where a record starts. The databases find them after
  // a delimiter; a record that has none before it is to be compared with them.
  std::span<const Literal> start_literals() const { return start_literals_; }
  // How many Hyperscan ids are patterns; what is found for a further one is nothing.
  unsigned ids() const { return ids_; }

  // The matcher that must confirm a candidate for the Hyperscan id `id`, or null when a match is
  // one.
  const RecordMatcher* confirmer(unsigned id) const {
    return confirmers_.empty() || !confirmers_[id].has_value() ? nullptr : &*confirmers_[id];
  }

  // For kConfirm: a record is selected when one of these matches it.
  std::span<const std::optional<RecordMatcher>> matchers() const { return confirmers_; }

 private:
  ScanPlan(Kind kind, char delimiter) : kind_(kind), delimiter_(delimiter) {}

  Kind kind_;
  char delimiter_;
  std::vector<Database> databases_;
  std::vector<Literal> start_literals_;
  unsigned ids_ = 0;
  std::vector<std::optional<RecordMatcher>> confirmers_;  // by Hyperscan id; empty when none

  friend class PlanCompiler;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SCAN_PLAN_H_
