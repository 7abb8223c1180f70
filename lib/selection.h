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
#include "absl/strings/string_view.h"

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
  // For Hyperscan with HS_FLAG_MULTILINE, each other option resolved.
  std::string regex = {};
  // False when a match of `regex` may hold a delimiter: each candidate record must be confirmed.
  bool exact = true;
};

// What `pattern` (PCRE syntax, C locale) selects. Fails with kUnimplemented as ParseRegex does.
absl::StatusOr<Selection> SelectionOfRegex(absl::string_view pattern, bool caseless,
                                           char delimiter);

// What the fixed string `bytes` selects.
Selection SelectionOfLiteral(absl::string_view bytes, bool caseless, char delimiter);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SELECTION_H_
