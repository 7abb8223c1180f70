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

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/pattern.h"

namespace bigscan {

class RecordMatcher {
 public:
  // Fails with kInvalidArgument and PCRE2's reason.
  static absl::StatusOr<RecordMatcher> Compile(const Pattern& pattern);

  // Makes machine code of it, where there is a JIT: worth its time if the matcher is to be used often.
  void CompileJit();

  // CPU time that a record may take. PCRE2's match limit counts anew at each byte where a match might
  // begin, so that a long record can stay below it for hours.
  static constexpr double kMostSeconds = 60;

  // Whether `record`, without its delimiter, matches. Fails with kResourceExhausted when the
  // pattern exceeds PCRE2's match limit on this record, or takes longer than `seconds`, about.
  absl::StatusOr<bool> Matches(absl::string_view record, double seconds = kMostSeconds) const;

  // Whether a match begins at `at`, where the bytes before it are known as well.
  absl::StatusOr<bool> MatchesAt(absl::string_view record, size_t at) const;

  struct Span {
    size_t begin;
    size_t end;
    size_t start;  // where the attempt to match began: before `begin` after a \K
  };
  // The first match that begins at or after `from`: leftmost, and among these the one that Perl
  // prefers. May be empty. Fails as Matches does.
  //
  // Whether `^` matches where the record begins although `from` is behind that, as it can inside of a
  // lookbehind, is `sees_begin`. `seconds`, if not null, are those that are left for the record.
  absl::StatusOr<std::optional<Span>> Find(absl::string_view record, size_t from,
                                           bool sees_begin = true, double* seconds = nullptr) const;

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

  absl::StatusOr<bool> Run(absl::string_view record, size_t from, uint32_t options,
                           double* seconds) const;
  int RunInParts(absl::string_view record, size_t from, uint32_t options, double seconds) const;
  int RunWatched(absl::string_view record, size_t from, uint32_t options, double seconds) const;
  int Attempt(const Code& code, absl::string_view record, size_t from, uint32_t options,
              uint64_t limit) const;

  Pattern pattern_;
  Code code_;
  mutable Code slow_code_;     // for where it takes long; made when it is first needed
  bool single_start_ = false;  // a match can begin only where the search does
  std::unique_ptr<pcre2_match_data, FreeMatchData> match_data_;
  std::unique_ptr<pcre2_match_context, FreeContext> context_;
};

// Why a record is given up that takes longer than it may, by the CPU time of this process so far.
inline constexpr char kTooSlow[] = "takes too long to match";
double CpuSeconds();

// Whether it may depend on where a search begins what it finds behind that: by \G, or by a verb that
// ends the search or moves it on.
bool DependsOnSearchStart(const Pattern& pattern);

// Whether one of `patterns` matches a record without a byte, as far as that can be told: true if not.
bool MayMatchEmptyRecord(std::span<const Pattern> patterns);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_MATCHER_H_
