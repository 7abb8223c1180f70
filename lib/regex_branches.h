// The tokens of a pattern as alternatives of sequences, for those who look at its parts.
#ifndef BIGSCAN_LIB_REGEX_BRANCHES_H_
#define BIGSCAN_LIB_REGEX_BRANCHES_H_

#include <span>
#include <string>
#include <vector>

#include "lib/regex_syntax.h"

namespace bigscan {

// A token or group with its repeat. Refers to the tokens, which must outlive it.
struct RegexItem {
  std::span<const RegexToken> atom;
  int min = 1;
  int max = 1;

  bool Is(RegexToken::Kind kind) const { return atom.size() == 1 && atom.front().kind == kind; }
  bool once() const { return min == 1 && max == 1; }
  bool is_single_set() const { return Is(RegexToken::Kind::kSet) && once(); }
  bool is_group() const { return atom.front().kind == RegexToken::Kind::kOpen; }
  // What stands between the parentheses. REQUIRES: is_group().
  std::span<const RegexToken> inside() const { return atom.subspan(1, atom.size() - 2); }
};

using RegexBranch = std::vector<RegexItem>;

// The end of the atom that begins at `begin`: one token, or up to the parenthesis that closes it.
size_t AtomEnd(std::span<const RegexToken> tokens, size_t begin);

// The alternatives that `tokens` hold on their outermost level; items that may occur no time at all
// ({0}) are left out.
std::vector<RegexBranch> SplitBranches(std::span<const RegexToken> tokens);

// For Hyperscan with HS_FLAG_MULTILINE: each option resolved, and no name or comment left. Where the
// delimiter is no newline, what asks for the start or end of a record is left out. `branches` hold no
// look-around.
std::string ToRegex(std::span<const RegexBranch> branches, char delimiter);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_REGEX_BRANCHES_H_
