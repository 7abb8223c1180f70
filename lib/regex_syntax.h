// The syntax of PCRE patterns, in the C locale, as far as a scan plan must understand it.
//
// A pattern becomes a flat list of tokens in which options ((?i), (?s), (?x)), escapes, classes,
// names and comments are resolved: what is left are sets of bytes, groups, alternations, repeats
// and assertions. This is all that decides *whether* a record matches: which bytes a group
// captured, and greedy against lazy, do not.
//
// What only a backtracking matcher can decide (back-references, possessive repeats, conditions, ...)
// is widened: the tokens then describe more than the pattern matches, never less, and say so by not
// being `exact`. Grammar: pcre2pattern(3).
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
    kOpaque,           // one byte that `text` spells and that this parser does not look into
    kAnything,         // any number of any bytes: what stands here is not modelled
    kNothing,          // the empty string: a condition that is not modelled
    kOpen,             // (
    kClose,            // )
    kAlternate,        // |
    kRepeat,           // of the token or group before it: {min,max}
    kRecordStart,      // ^ \A
    kRecordEnd,        // $ \z \Z
    kWordBoundary,     // \b
    kNotWordBoundary,  // \B
    kNoWordBefore,     // (?<!\w)
    kNoWordAfter,      // (?!\w)
  };
  // What an opening parenthesis opens.
  enum class Group {
    kPlain,
    kLookBehind,  // positive: what it holds stands before
    kLookAhead,   // positive: what it holds follows
    kNegative,    // a negative look-around
    kCondition,   // (?(...)yes|no)
  };
  static constexpr int kUnbounded = std::numeric_limits<int>::max();

  Kind kind;
  ByteSet set = {};
  int min = 0;
  int max = 0;
  std::string text = {};
  Group group = Group::kPlain;
  bool exact = true;  // false where the token stands for more than what the pattern says
};

struct RegexSyntax {
  bool caseless = false;  // as if the pattern began with (?i)
  bool unicode = false;   // characters are UTF-8: what is no ASCII byte is widened
  bool newlines = false;  // a record may hold newlines, which (?m) and \Z look for
};

// The tokens of `pattern`. Fails with kUnimplemented on what can not even be widened ((*ACCEPT),
// (*UTF), ...) and on what is no pattern at all: to say which, and why, is left to the regex libraries.
absl::StatusOr<std::vector<RegexToken>> ParseRegex(absl::string_view pattern,
                                                   const RegexSyntax& syntax);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_REGEX_SYNTAX_H_
