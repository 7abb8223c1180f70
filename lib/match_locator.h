// Where the patterns match within a record: what -o prints, --color marks and --json lists.
#ifndef BIGSCAN_LIB_MATCH_LOCATOR_H_
#define BIGSCAN_LIB_MATCH_LOCATOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/pattern.h"
#include "lib/record_matcher.h"

namespace bigscan {

// One process's locator. A pattern is compiled when it is first needed.
class MatchLocator {
 public:
  // `patterns` must outlive the locator; each of them compiles (ScanPlan::Compile has seen to it). All
  // searches of one record may take as long together as `time_of_record` says.
  explicit MatchLocator(std::span<const Pattern> patterns, bool keep_empty = false,
                        TimeLimit time_of_record = TimeLimit());

  struct Match {
    size_t begin;  // [begin, end) in the record
    size_t end;
    uint32_t pattern;  // its place in `patterns`
  };

  // Puts the matches in `record` (without its delimiter) into `matches`, from left to right, none
  // over another. The leftmost match goes first; of those that begin there the one of the pattern
  // that was given first, as in an alternation of Perl's, or the longest one if all patterns are
  // fixed strings, as in grep -F. Empty matches are left out, and the search goes on behind them;
  // with `keep_empty` only those that touch the match before, as in Rust's regex crate.
  //
  // As in grep, \G is where the search goes on, and behind the first match no `^` of a lookbehind
  // matches; but it does with `keep_empty`, as in ripgrep.
  //
  // `candidates`, when not empty, are the patterns that match the record, ascending: the others need
  // not be tried. Fails with kResourceExhausted as RecordMatcher does; `matches` then holds those
  // before the failure.
  absl::Status Locate(absl::string_view record, std::span<const uint32_t> candidates,
                      std::vector<Match>* matches);

 private:
  struct Next {
    uint32_t pattern = 0;
    bool known = false;                             // whether it has been searched for
    std::optional<RecordMatcher::Span> match = {};  // at or after where the search stood then
  };

  struct Finder {
    bool is_string = false;   // which needs no regex engine
    bool looks_back = false;  // what it matches may depend on where the search began
    std::optional<RecordMatcher> matcher = {};  // empty until needed
  };

  absl::StatusOr<const Next*> First(absl::string_view record, size_t from);
  absl::Status Advance(absl::string_view record, size_t from, size_t last, Next* next);
  const RecordMatcher& Matcher(uint32_t pattern);

  const std::span<const Pattern> patterns_;
  const bool keep_empty_;
  const TimeLimit time_of_record_;
  bool longest_ = true;  // of those that begin at the same byte
  std::vector<uint32_t> all_;
  std::vector<Finder> finders_;  // by pattern
  std::vector<Next> next_;       // while it locates
  TimeLimit time_;               // of the current record
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_MATCH_LOCATOR_H_
