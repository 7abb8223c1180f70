// Patterns as the user gave them, before anything is compiled.
#ifndef BIGSCAN_LIB_PATTERN_H_
#define BIGSCAN_LIB_PATTERN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bigscan {

struct Pattern {
  std::string text;           // bytes; PCRE syntax unless `fixed`
  bool fixed = false;         // a fixed string, as with grep -F
  bool caseless = false;      // in ASCII, or in Unicode when `unicode`
  bool whole_word = false;    // -w: no word byte before and after the match
  bool whole_record = false;  // -x: the match is the record, which outdoes `whole_word`
  bool unicode = false;  // characters are UTF-8, and classes are Unicode's; invalid bytes match
                         // nothing

  bool operator==(const Pattern&) const = default;
};

// The patterns in `lines`, one a line, as grep takes them from -e and from a PATTERN argument: an
// empty line is a pattern (it selects every record), and so is an empty `lines`.
std::vector<std::string> PatternsOfArgument(absl::string_view lines);

// The same for the contents of a pattern file (-f): the last newline ends a pattern and begins
// none, so that an empty file holds no pattern.
std::vector<std::string> PatternsOfFile(absl::string_view contents);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_PATTERN_H_
