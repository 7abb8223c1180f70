// What a pattern asks of a record, rewritten for a block scan: which records match, never where.
//
// A block scan sees many records at once, and a match must not cross from one into the next. A
// record never holds the delimiter, so taking the delimiter out of each set of bytes in the pattern
// changes no record's answer, and makes such a match impossible. Since only the answer yes or no is
// wanted, a pattern also shrinks to its core: `^.*foo.*` selects what `foo` selects, `[a-z]+bot`
// what `[a-z]bot` does. What then is left is often a plain literal, for which there are faster engines.
#ifndef BIGSCAN_LIB_SELECTION_H_
#define BIGSCAN_LIB_SELECTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/needle.h"
#include "lib/pattern.h"

namespace bigscan {

struct Literal {
  std::string bytes;
  bool caseless = false;  // in ASCII
  bool at_start = false;  // only where a record starts

  bool operator==(const Literal&) const = default;
};

struct Selection {
  enum class Kind {
    kAll,       // selects every record
    kNone,      // selects no record
    kLiterals,  // selects the records that hold one of `literals`
    kRegex,     // selects the records that `regex` matches
  };
  Kind kind = Kind::kNone;
  std::vector<Literal> literals = {};
  // For Hyperscan with HS_FLAG_MULTILINE, each other option resolved. Of one literal among many patterns
  // empty, as to make it takes time: see RegexOf.
  std::string regex = {};
  // What each selected record has one of, for a filtered scan: a few choices, the best one first;
  // none where there is nothing of use.
  std::vector<Needles> needles = {};
  // False when this may select more than the pattern does: each candidate record must be confirmed.
  bool exact = true;
  // The same for `regex` alone, which can not tell where a record starts and ends if the delimiter is
  // no newline.
  bool regex_exact = true;
};

struct SelectionOptions {
  char delimiter = '\n';
  bool crlf = false;        // a CR before the delimiter belongs to it
  size_t most_needles = 3;  // how many choices of needles are wanted
};

// What `pattern` selects. Fails with kUnimplemented as ParseRegex does. REQUIRES: RecordMatcher::Compile
// takes the pattern, so that its groups are not nested too deeply to be walked through.
absl::StatusOr<Selection> SelectionOf(const Pattern& pattern, const SelectionOptions& options);

// A regex, as in Selection, for a literal that may stand anywhere.
std::string RegexOf(const Literal& literal);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SELECTION_H_
