// The scan plan: a set of patterns, compiled once into whatever scans a block of records fastest.
//
// The patterns become *terms*. A term finds the records that its pattern matches, or, where engines
// that scan blocks can not tell, candidates that its RecordMatcher (PCRE2) then confirms. The terms
// are scanned for in one pass over the block or several; each pass has one engine or several that
// find the same, and which of them is the fastest is measured on the data (record_scanner.h).
//
//   all       a pattern selects every record: nothing is scanned
//   none      no pattern can select a record
//   literal   fixed strings, and regexes that come down to such: Hyperscan's literal matchers
//             (hs_compile_lit_multi), or a search for a few needles (needle_search.h)
//   grams     the same, of many strings: a search by a few bytes of each (literal_set_search.h)
//   direct    Hyperscan scans whole blocks for the regexes (MULTILINE, never DOTALL), each rewritten
//             by selection.h so that no match holds a delimiter
//   filtered  a search for needles that the patterns require, then a look at what is around them
//   confirm   candidates by one of these, and PCRE2 decides (look-around, back-references, -P)
//   records   PCRE2 looks at each record: nothing is known that a match must hold
//
// The plan never changes what is selected.
#ifndef BIGSCAN_LIB_SCAN_PLAN_H_
#define BIGSCAN_LIB_SCAN_PLAN_H_

#include <hs/hs.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/literal_set_search.h"
#include "lib/needle_search.h"
#include "lib/pattern.h"
#include "lib/record_matcher.h"
#include "lib/selection.h"
#include "lib/string_matcher.h"

namespace bigscan {

class DatabaseCache;

// What a plan is made for, beside the patterns.
struct PlanOptions {
  char delimiter = '\n';
  bool crlf = false;  // a CR before the delimiter is no part of the record
  bool pcre = false;  // PCRE2 confirms whatever is found
  // Each pattern that matches a record is to be told, not only whether one does.
  bool tell_patterns = false;
  // Where compiled databases are kept, or null.
  const DatabaseCache* cache = nullptr;

  // For tests: the way of scanning, where there is a choice.
  enum class Force { kNone, kDirect, kFiltered, kGrams, kConfirm, kRecords };
  Force force = Force::kNone;
};

// Immutable once compiled. Compiled before the workers are forked, who share its memory.
class ScanPlan {
 public:
  enum class Kind { kAll, kNone, kScan };

  // A record is selected when at least one of `patterns` matches it; no patterns select nothing.
  // Fails with kInvalidArgument on an invalid pattern, naming it and PCRE2's reason; its number, counted from 0, is the
  // payload kInvalidPattern of the status.
  static constexpr absl::string_view kInvalidPattern = "bigscan/invalid-pattern";
  static absl::StatusOr<std::unique_ptr<ScanPlan>> Compile(std::span<const Pattern> patterns,
                                                           const PlanOptions& options);

  Kind kind() const { return kind_; }
  char delimiter() const { return options_.delimiter; }
  const PlanOptions& options() const { return options_; }
  // How it scans, engines that are still to be chosen from joined by `|`: "literal|filtered".
  std::string name() const;

  struct Term {
    uint32_t pattern = 0;  // its place among the patterns
    bool confirm = false;  // what is found are candidates, whoever found them
    // Where anything may have to be confirmed: by one of these.
    std::optional<RecordMatcher> matcher = {};
    std::optional<StringMatcher> string = {};
  };
  const Term& term(uint32_t id) const { return terms_[id]; }
  size_t terms() const { return terms_.size(); }

  // A literal that only counts where a record starts. An engine finds it after a delimiter; a record
  // that has none before it is to be compared with it.
  struct StartLiteral {
    Literal literal;
    uint32_t term;
  };

  using Database = std::unique_ptr<hs_database_t, hs_error_t (*)(hs_database_t*)>;
  struct Engine {
    absl::string_view name;
    Database database{nullptr, hs_free_database};  // its ids are indices of the pass's terms; or
    std::unique_ptr<NeedleSearch> needles;         // needle i belongs to needle_terms[i]
    std::vector<uint32_t> needle_terms;
    std::vector<bool> needle_exact;              // whether it is all that its term asks for; or
    std::unique_ptr<LiteralSetSearch> literals;  // as `database`
  };
  struct Pass {
    std::vector<uint32_t> terms;  // what is found for a further id is nothing
    // At least one. Beside needles the first one is a database, which can scan a single record, too.
    std::vector<Engine> engines;
    std::vector<StartLiteral> start_literals;
  };
  std::span<const Pass> passes() const { return passes_; }

  // The terms that are to be tried on every record.
  std::span<const uint32_t> record_terms() const { return record_terms_; }
  // The patterns that match every record. With kind() kAll, or tell_patterns.
  std::span<const uint32_t> all_patterns() const { return all_patterns_; }

 private:
  explicit ScanPlan(const PlanOptions& options) : options_(options) {}

  Kind kind_ = Kind::kScan;
  PlanOptions options_;
  std::vector<Term> terms_;
  std::vector<Pass> passes_;
  std::vector<uint32_t> record_terms_;
  std::vector<uint32_t> all_patterns_;

  friend class PlanCompiler;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SCAN_PLAN_H_
