// Decides whether a record holds a string as a whole word, or is that string: what PCRE2 could tell as
// well, but there may be 100,000 strings, and to compile a pattern for each takes too long.
#ifndef BIGSCAN_LIB_STRING_MATCHER_H_
#define BIGSCAN_LIB_STRING_MATCHER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lib/pattern.h"

namespace bigscan {

// Whether the pattern's text stands for itself: with -F, or as nothing in it has another meaning.
bool IsString(const Pattern& pattern);

class StringMatcher {
 public:
  // REQUIRES: IsString(pattern), and it is neither empty nor Unicode's.
  explicit StringMatcher(const Pattern& pattern);

  // Whether `record`, without its delimiter, matches: as RecordMatcher has it.
  bool Matches(absl::string_view record) const;

 private:
  size_t Find(absl::string_view record, size_t from) const;

  std::string text_;
  bool caseless_;
  bool whole_word_;
  bool whole_record_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_STRING_MATCHER_H_
