// The syntax of PCRE patterns, in the C locale, as far as a scan plan must understand it.
//
// A pattern becomes a flat list of tokens in which options ((?i), (?s), (?x)), escapes, classes,
// names and comments are resolved: what is left are sets of bytes, groups, alternations, repeats
// and assertions. This is all that decides *whether* a record matches: which bytes a group
// captured, and greedy against lazy, do not. Grammar: pcre2pattern(3).
#ifndef BIGSCAN_LIB_REGEX_SYNTAX_H_
#define BIGSCAN_LIB_REGEX_SYNTAX_H_

#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/byte_set.h"

namespace bigscan {

struct RegexToken {
  enum class Kind {
    kSet,              // one byte of `set`
    kOpaque,           // something that `text` spells and that this parser does not look into
    kOpen,             // (
    kClose,            // )
    kAlternate,        // |
    kRepeat,           // of the token or group before it: {min,max}
    kRecordStart,      // ^ \A
    kRecordEnd,        // $ \z \Z
    kWordBoundary,     // \b
    kNotWordBoundary,  // \B
  };
  static constexpr int kUnbounded = std::numeric_limits<int>::max();

  Kind kind;
  ByteSet set = {};
  int min = 0;
  int max = 0;
  std::string text = {};
};

// The tokens of `pattern`; `caseless` as if it began with (?i). Fails with kUnimplemented on what
// can not be written so (look-around, back-references, atomic groups, recursion, ...) and on what
// is no pattern at all: to say which, and why, is left to the regex libraries.
absl::StatusOr<std::vector<RegexToken>> ParseRegex(absl::string_view pattern, bool caseless);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_REGEX_SYNTAX_H_
