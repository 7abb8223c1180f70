// Decides by PCRE2 whether, and where, one record matches one pattern: the confirmation of a candidate
// that a faster engine found, and the definition of what a pattern means.
#ifndef BIGSCAN_LIB_RECORD_MATCHER_H_
#define BIGSCAN_LIB_RECORD_MATCHER_H_

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstddef>
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

  // Whether `record`, without its delimiter, matches. Fails with kResourceExhausted when the
  // pattern exceeds PCRE2's match limit on this record.
  absl::StatusOr<bool> Matches(absl::string_view record) const;

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
  // lookbehind, is `sees_begin`.
  absl::StatusOr<std::optional<Span>> Find(absl::string_view record, size_t from,
                                           bool sees_begin = true) const;

 private:
  struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  };
  struct FreeMatchData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  };

  explicit RecordMatcher(pcre2_code* code);

  absl::StatusOr<bool> Run(absl::string_view record, size_t from, uint32_t options) const;

  std::unique_ptr<pcre2_code, FreeCode> code_;
  std::unique_ptr<pcre2_match_data, FreeMatchData> match_data_;
};

// Whether one of `patterns` matches a record without a byte, as far as that can be told: true if not.
bool MayMatchEmptyRecord(std::span<const Pattern> patterns);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_MATCHER_H_
