// Decides by PCRE2 whether one record matches one pattern: the confirmation of a candidate that a
// faster engine found, and the definition of what a pattern means.
#ifndef BIGSCAN_LIB_RECORD_MATCHER_H_
#define BIGSCAN_LIB_RECORD_MATCHER_H_

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/pattern.h"

namespace bigscan {

class RecordMatcher {
 public:
  // Compiles `pattern` (REQUIRES: !pattern.fixed) with PCRE2's JIT where there is one. Fails with
  // kInvalidArgument and PCRE2's reason.
  static absl::StatusOr<RecordMatcher> Compile(const Pattern& pattern);

  // Whether `record`, without its delimiter, matches. Fails with kResourceExhausted when the
  // pattern exceeds PCRE2's match limit on this record.
  absl::StatusOr<bool> Matches(absl::string_view record) const;

 private:
  struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  };
  struct FreeMatchData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  };

  explicit RecordMatcher(pcre2_code* code);

  std::unique_ptr<pcre2_code, FreeCode> code_;
  std::unique_ptr<pcre2_match_data, FreeMatchData> match_data_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_MATCHER_H_
