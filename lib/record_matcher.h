// Decides by PCRE2 whether, and where, one record matches one pattern: the confirmation of a candidate
// that a faster engine found, and the definition of what a pattern means.
#ifndef BIGSCAN_LIB_RECORD_MATCHER_H_
#define BIGSCAN_LIB_RECORD_MATCHER_H_

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/pattern.h"
#include "lib/time_limit.h"

namespace bigscan {

class RecordMatcher {
 public:
  // Fails with kInvalidArgument and PCRE2's reason.
  static absl::StatusOr<RecordMatcher> Compile(const Pattern& pattern);

  // Makes machine code of it, where there is a JIT: worth its time if the matcher is to be used often.
  void CompileJit();

  // Whether `record`, without its delimiter, matches. Fails with kResourceExhausted when the
  // pattern exceeds PCRE2's match limit on this record, or takes longer than `time` allows, about.
  absl::StatusOr<bool> Matches(absl::string_view record, TimeLimit time = TimeLimit()) const;

  // Whether a match begins at `at`, where the bytes before it are known as well.
  absl::StatusOr<bool> MatchesAt(absl::string_view record, size_t at) const;

  struct Span {
    size_t begin;
    size_t end;
    size_t start;  // where the attempt to match began: before `begin` after a \K
  };
  struct Search {
    size_t from = 0;
    size_t last = absl::string_view::npos;  // where a match may begin at the latest
    // Whether `^` matches where the record begins although `from` is behind that, as it can inside of a
    // lookbehind.
    bool sees_begin = true;
    TimeLimit* time = nullptr;  // what is left for the record, if there are other searches of it
  };
  // The first match that begins in [from, last]: leftmost, and among these the one that Perl prefers.
  // May be empty. Fails as Matches does.
  absl::StatusOr<std::optional<Span>> Find(absl::string_view record, const Search& search) const;

  // From now on Find remembers what the pattern's groups capture, which takes longer.
  void KeepGroups();
  // The numbers of the groups that `group` names, or is the number of; none if there are no such groups. Group 0 is the whole match.
  std::vector<uint32_t> GroupNumbers(absl::string_view group) const;
  // What a group has captured in the match that Find found last in `record`; data() is null if nothing.
  // REQUIRES: KeepGroups, and it is one of the pattern's groups.
  absl::string_view Group(absl::string_view record, uint32_t number) const;

 private:
  struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  };
  struct FreeMatchData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  };

  struct FreeContext {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  };
  using Code = std::unique_ptr<pcre2_code, FreeCode>;

  RecordMatcher(const Pattern& pattern, Code code);

  static absl::StatusOr<Code> CompileCode(const Pattern& pattern, uint32_t options);

  // [first, last] are the bytes where a match may begin.
  struct Starts {
    size_t first;
    size_t last;
    size_t count() const { return last - first + 1; }
  };

  absl::StatusOr<bool> Run(absl::string_view record, Starts starts, uint32_t options,
                           TimeLimit* time) const;
  int RunInParts(absl::string_view record, Starts starts, uint32_t options, TimeLimit* time) const;
  int RunWatched(absl::string_view record, Starts starts, uint32_t options, TimeLimit* time) const;
  int Attempt(const Code& code, absl::string_view record, Starts starts, uint32_t options,
              uint64_t limit) const;
  const Code& BoundedCode() const;

  Pattern pattern_;
  Code code_;
  mutable Code bounded_code_;  // which obeys Starts::last; made when it is first needed
  mutable Code watched_code_;  // which looks at the time, too
  bool single_start_ = false;  // a match can begin only where the search does
  std::unique_ptr<pcre2_match_data, FreeMatchData> match_data_;
  std::unique_ptr<pcre2_match_context, FreeContext> context_;
};

// Why a record is given up that takes longer than it may.
inline constexpr char kTooSlow[] = "takes too long to match";

// Whether it may depend on where a search begins what it finds behind that: by \G, or by a verb that
// ends the search or moves it on.
bool DependsOnSearchStart(const Pattern& pattern);

// Whether one of `patterns` matches a record without a byte, as far as that can be told: true if not.
bool MayMatchEmptyRecord(std::span<const Pattern> patterns);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_MATCHER_H_
