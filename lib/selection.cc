#include "lib/selection.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/regex_syntax.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;
using Tokens = std::vector<RegexToken>;

// A token or group with its repeat.
struct Item {
  std::span<const RegexToken> atom;
  int min = 1;
  int max = 1;

  bool Is(Kind kind) const { return atom.size() == 1 && atom.front().kind == kind; }
  bool is_single_set() const { return Is(Kind::kSet) && min == 1 && max == 1; }
};

using Branch = std::vector<Item>;

void ExcludeDelimiter(char delimiter, Tokens* tokens) {
  for (RegexToken& token : *tokens) token.set.reset(static_cast<unsigned char>(delimiter));
}

// The end of the atom that begins at `begin`: one token, or up to the parenthesis that closes it.
size_t AtomEnd(std::span<const RegexToken> tokens, size_t begin) {
  size_t end = begin;
  int depth = 0;
  do {
    if (tokens[end].kind == Kind::kOpen) ++depth;
    if (tokens[end].kind == Kind::kClose) --depth;
    ++end;
  } while (depth > 0);
  return end;
}

std::vector<Branch> SplitBranches(std::span<const RegexToken> tokens) {
  std::vector<Branch> branches(1);
  for (size_t i = 0; i < tokens.size();) {
    if (tokens[i].kind == Kind::kAlternate) {
      branches.emplace_back();
      ++i;
      continue;
    }
    const size_t end = AtomEnd(tokens, i);
    Item item{tokens.subspan(i, end - i)};
    i = end;
    if (i < tokens.size() && tokens[i].kind == Kind::kRepeat) {
      item.min = tokens[i].min;
      item.max = tokens[i].max;
      ++i;
    }
    if (item.max > 0) branches.back().push_back(item);
  }
  return branches;
}

bool MatchesAnyRun(const Item& item, char delimiter) {
  return item.Is(Kind::kSet) && item.min == 0 && item.max == RegexToken::kUnbounded &&
         item.atom.front().set == ~SingleByte(static_cast<unsigned char>(delimiter));
}

// Drops what can not decide whether a record matches from the outer end of a branch, which is
// `front`: an optional item, the more than needful part of a repeat, and an anchor before `.*`.
template <typename Iterator>
Iterator Trim(Iterator outer, Iterator inner, Kind anchor, char delimiter) {
  while (outer != inner) {
    if (outer->Is(anchor) && outer + 1 != inner && MatchesAnyRun(*(outer + 1), delimiter)) {
      outer += 2;
    } else if (outer->min == 0) {
      ++outer;
    } else {
      outer->max = outer->min;
      break;
    }
  }
  return outer;
}

void TrimBranch(char delimiter, Branch* branch) {
  auto begin = Trim(branch->begin(), branch->end(), Kind::kRecordStart, delimiter);
  branch->erase(branch->begin(), begin);
  auto rbegin = Trim(branch->rbegin(), branch->rend(), Kind::kRecordEnd, delimiter);
  branch->erase(rbegin.base(), branch->end());
}

// The branches of the pattern, without the parentheses around the whole of it, each one trimmed.
std::vector<Branch> TrimmedBranches(std::span<const RegexToken> tokens, char delimiter) {
  while (true) {
    std::vector<Branch> branches = SplitBranches(tokens);
    for (Branch& branch : branches) TrimBranch(delimiter, &branch);
    if (branches.size() != 1 || branches[0].size() != 1) return branches;
    const Item& item = branches[0][0];
    if (item.atom.front().kind != Kind::kOpen || item.min != 1 || item.max != 1) return branches;
    tokens = item.atom.subspan(1, item.atom.size() - 2);
  }
}

bool SelectsAll(const Branch& branch) {
  return branch.empty() || (branch.size() == 1 &&
                            (branch[0].Is(Kind::kRecordStart) || branch[0].Is(Kind::kRecordEnd)));
}

bool SelectsNone(const Branch& branch) {
  return std::any_of(branch.begin(), branch.end(), [](const Item& item) {
    return item.Is(Kind::kSet) && item.min > 0 && item.atom.front().set.none();
  });
}

// The two cases of a letter as a set, or nothing when `set` is something else.
std::optional<char> LetterInBothCases(const ByteSet& set) {
  if (set.count() != 2) return std::nullopt;
  for (char c = 'a'; c <= 'z'; ++c) {
    if (set == CloseUnderCase(SingleByte(c))) return c;
  }
  return std::nullopt;
}

std::optional<char> OnlyByte(const ByteSet& set) {
  if (set.count() != 1) return std::nullopt;
  for (int byte = 0; byte < 256; ++byte) {
    if (set[byte]) return static_cast<char>(byte);
  }
  return std::nullopt;
}

std::optional<Literal> AsLiteral(const Branch& branch) {
  Literal literal;
  bool cased = false;
  for (const Item& item : branch) {
    if (&item == &branch.front() && item.Is(Kind::kRecordStart)) {
      literal.at_start = true;
      continue;
    }
    if (!item.is_single_set()) return std::nullopt;
    const ByteSet& set = item.atom.front().set;
    if (std::optional<char> letter = LetterInBothCases(set)) {
      literal.bytes += *letter;
      literal.caseless = true;
    } else if (std::optional<char> byte = OnlyByte(set)) {
      literal.bytes += *byte;
      cased |= absl::ascii_isalpha(static_cast<unsigned char>(*byte));
    } else {
      return std::nullopt;
    }
  }
  if (literal.caseless && cased) return std::nullopt;
  return literal;
}

std::string RepeatToRegex(int min, int max) {
  if (min == 1 && max == 1) return "";
  if (min == 0 && max == 1) return "?";
  if (max == RegexToken::kUnbounded) {
    if (min == 0) return "*";
    return min == 1 ? "+" : absl::StrCat("{", min, ",}");
  }
  return min == max ? absl::StrCat("{", min, "}") : absl::StrCat("{", min, ",", max, "}");
}

std::string ToRegex(std::span<const Branch> branches);

std::string ToRegex(const Item& item) {
  const RegexToken& token = item.atom.front();
  switch (token.kind) {
    case Kind::kSet:
      // A set that the delimiter's loss left empty never matches, unless it need not.
      if (token.set.none()) return item.min == 0 ? "" : "[^\\x00-\\xff]";
      return absl::StrCat(bigscan::ToRegex(token.set), RepeatToRegex(item.min, item.max));
    case Kind::kOpaque:
      return absl::StrCat(token.text, RepeatToRegex(item.min, item.max));
    case Kind::kRecordStart:
      return "^";
    case Kind::kRecordEnd:
      return "$";
    case Kind::kWordBoundary:
      return "\\b";
    case Kind::kNotWordBoundary:
      return "\\B";
    default:
      return absl::StrCat("(?:", ToRegex(SplitBranches(item.atom.subspan(1, item.atom.size() - 2))),
                          ")", RepeatToRegex(item.min, item.max));
  }
}

std::string ToRegex(std::span<const Branch> branches) {
  std::string regex;
  for (const Branch& branch : branches) {
    if (&branch != branches.data()) regex += '|';
    for (const Item& item : branch) regex += ToRegex(item);
  }
  return regex;
}

}  // namespace

absl::StatusOr<Selection> SelectionOfRegex(absl::string_view pattern, bool caseless,
                                           char delimiter) {
  absl::StatusOr<Tokens> tokens = ParseRegex(pattern, caseless);
  if (!tokens.ok()) return tokens.status();
  ExcludeDelimiter(delimiter, &*tokens);

  std::vector<Branch> branches = TrimmedBranches(*tokens, delimiter);
  std::erase_if(branches, SelectsNone);
  if (branches.empty()) return Selection{.kind = Selection::Kind::kNone};
  if (std::any_of(branches.begin(), branches.end(), SelectsAll)) {
    return Selection{.kind = Selection::Kind::kAll};
  }

  Selection selection{.kind = Selection::Kind::kLiterals};
  for (const Branch& branch : branches) {
    std::optional<Literal> literal = AsLiteral(branch);
    if (!literal.has_value()) {
      selection.kind = Selection::Kind::kRegex;
      break;
    }
    selection.literals.push_back(*std::move(literal));
  }
  if (selection.kind == Selection::Kind::kRegex) {
    selection.literals.clear();
    selection.regex = ToRegex(branches);
    selection.exact = std::none_of(tokens->begin(), tokens->end(), [](const RegexToken& token) {
      return token.kind == Kind::kOpaque;
    });
  }
  return selection;
}

Selection SelectionOfLiteral(absl::string_view bytes, bool caseless, char delimiter) {
  if (bytes.empty()) return Selection{.kind = Selection::Kind::kAll};
  if (bytes.find(delimiter) != absl::string_view::npos) return Selection{};
  return Selection{.kind = Selection::Kind::kLiterals,
                   .literals = {Literal{std::string(bytes), caseless}}};
}

}  // namespace bigscan
