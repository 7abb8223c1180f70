#include "lib/selection.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/regex_branches.h"
#include "lib/regex_syntax.h"
#include "lib/string_matcher.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;
using Tokens = std::vector<RegexToken>;

using Item = RegexItem;
using Branch = RegexBranch;

void ExcludeDelimiter(char delimiter, Tokens* tokens) {
  for (RegexToken& token : *tokens) token.set.reset(static_cast<unsigned char>(delimiter));
}

Tokens TokensOfFixed(absl::string_view text, bool caseless) {
  Tokens tokens;
  for (unsigned char byte : text) {
    const ByteSet set = SingleByte(byte);
    tokens.push_back({.kind = Kind::kSet, .set = caseless ? CloseUnderCase(set) : set});
  }
  return tokens;
}

Tokens Enclosed(Kind before, Tokens tokens, Kind after) {
  tokens.insert(tokens.begin(), {{.kind = before}, {.kind = Kind::kOpen}});
  tokens.push_back({.kind = Kind::kClose});
  tokens.push_back({.kind = after});
  return tokens;
}

// Takes the look-around out of the tokens. Where it stands at the outer end of the pattern, what it
// holds is as good as a part of the match: `(?<=a)b` selects what `ab` does. Elsewhere, and where it
// is negative, it is left out, as are the conditions of which nothing is known.
class LookAroundRemover {
 public:
  explicit LookAroundRemover(const Tokens& tokens) : tokens_(tokens) {}

  Tokens Remove() {
    Copy(0, tokens_.size());
    return std::move(result_);
  }

 private:
  using Group = RegexToken::Group;

  void Copy(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const RegexToken& token = tokens_[i];
      const size_t atom_end = AtomEnd(tokens_, i);
      const bool first = i == 0 || (depth_ == 0 && tokens_[i - 1].kind == Kind::kAlternate);
      const bool last =
          depth_ == 0 && (atom_end == tokens_.size() || tokens_[atom_end].kind == Kind::kAlternate);
      if (token.kind == Kind::kOpen && token.group != Group::kPlain) {
        if ((token.group == Group::kLookBehind && first) ||
            (token.group == Group::kLookAhead && last)) {
          result_.push_back({.kind = Kind::kOpen});
          ++depth_;
          Copy(i + 1, atom_end - 1);
          --depth_;
          result_.push_back({.kind = Kind::kClose});
          i = atom_end - 1;
          // What holds once holds again: `(?<=a){2}` asks for one `a`.
          if (i + 1 < end && tokens_[i + 1].kind == Kind::kRepeat) {
            ++i;
            if (tokens_[i].min == 0) result_.push_back(tokens_[i]);
          }
          continue;
        }
        i = atom_end - 1;
        if (i + 1 < end && tokens_[i + 1].kind == Kind::kRepeat) ++i;
        PutInexact(token.group == Group::kCondition ? Kind::kAnything : Kind::kNothing);
        continue;
      }
      if ((token.kind == Kind::kNoWordBefore && !first) ||
          (token.kind == Kind::kNoWordAfter && !last)) {
        PutInexact(Kind::kNothing);
        continue;
      }
      if (token.kind == Kind::kOpen) ++depth_;
      if (token.kind == Kind::kClose) --depth_;
      if (token.kind == Kind::kAnything || token.kind == Kind::kNothing) {
        PutInexact(token.kind);
      } else {
        result_.push_back(token);
      }
    }
  }

  void PutInexact(Kind kind) {
    if (kind != Kind::kAnything) {
      // An empty group, so that a repeat that follows still has something to repeat.
      result_.push_back({.kind = Kind::kOpen, .exact = false});
      result_.push_back({.kind = Kind::kClose});
      return;
    }
    result_.push_back({.kind = Kind::kSet, .set = ~ByteSet(), .exact = false});
    result_.push_back({.kind = Kind::kRepeat, .min = 0, .max = RegexToken::kUnbounded});
  }

  const Tokens& tokens_;
  Tokens result_;
  int depth_ = 0;
};

// A \b beside a byte of a word, at the outer end of the pattern, asks for none on its other side.
void NarrowWordBoundaries(Tokens* tokens) {
  const ByteSet word = *EscapeClass('w');
  int depth = 0;
  for (size_t i = 0; i < tokens->size(); ++i) {
    RegexToken& token = (*tokens)[i];
    if (token.kind == Kind::kOpen) ++depth;
    if (token.kind == Kind::kClose) --depth;
    if (token.kind != Kind::kWordBoundary || depth != 0) continue;
    const auto at = [&](size_t k) { return k < tokens->size() ? &(*tokens)[k] : nullptr; };
    const RegexToken* before = i > 0 ? at(i - 1) : nullptr;
    const RegexToken* after = at(i + 1);
    const RegexToken* repeat = at(i + 2);
    const auto is_word = [&](const RegexToken* set) {
      return set != nullptr && set->kind == Kind::kSet && set->set.any() &&
             (set->set & ~word).none();
    };
    if ((before == nullptr || before->kind == Kind::kAlternate) && is_word(after) &&
        !(repeat != nullptr && repeat->kind == Kind::kRepeat && repeat->min == 0)) {
      token.kind = Kind::kNoWordBefore;
    } else if ((after == nullptr || after->kind == Kind::kAlternate) && is_word(before)) {
      token.kind = Kind::kNoWordAfter;
    }
  }
}

// A record ends before the CR of its delimiter, too.
void AllowCarriageReturnAtEnd(Tokens* tokens) {
  Tokens allowed;
  for (RegexToken& token : *tokens) {
    if (token.kind == Kind::kRecordEnd) {
      allowed.push_back({.kind = Kind::kSet, .set = SingleByte('\r')});
      allowed.push_back({.kind = Kind::kRepeat, .min = 0, .max = 1});
    }
    allowed.push_back(std::move(token));
  }
  *tokens = std::move(allowed);
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
    } else if (outer->min == 0 || (outer->is_group() && outer->inside().empty())) {
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

// `branch` with what stands in parentheses for no other reason than to be captured.
Branch Flattened(const Branch& branch) {
  Branch flat;
  for (const Item& item : branch) {
    if (item.is_group() && item.once()) {
      const std::vector<Branch> inner = SplitBranches(item.inside());
      if (inner.size() == 1) {
        const Branch items = Flattened(inner[0]);
        flat.insert(flat.end(), items.begin(), items.end());
        continue;
      }
    }
    flat.push_back(item);
  }
  return flat;
}

// The branches of the pattern, without the parentheses around the whole of it, each one trimmed.
std::vector<Branch> TrimmedBranches(std::span<const RegexToken> tokens, char delimiter) {
  while (true) {
    std::vector<Branch> branches = SplitBranches(tokens);
    for (Branch& branch : branches) {
      branch = Flattened(branch);
      TrimBranch(delimiter, &branch);
    }
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

bool HasRecordEdges(const Tokens& tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [](const RegexToken& token) {
    return token.kind == Kind::kRecordStart || token.kind == Kind::kRecordEnd ||
           token.kind == Kind::kNoWordBefore || token.kind == Kind::kNoWordAfter;
  });
}

// Whether the pattern is a string of bytes, which a look at bytes alone decides.
bool IsByteString(const Pattern& pattern) {
  const bool plain = !pattern.caseless && !pattern.whole_word && !pattern.whole_record;
  return IsString(pattern) && !pattern.text.empty() && (!pattern.unicode || plain);
}

// Of a string, which is not empty: the records that hold it, some of which may not hold it as a whole word
// or be it as a whole.
Selection SelectionOfString(const Pattern& pattern, char delimiter) {
  if (absl::StrContains(pattern.text, delimiter)) return Selection{};
  const bool exact = !pattern.whole_word && !pattern.whole_record;
  return Selection{.kind = Selection::Kind::kLiterals,
                   .literals = {Literal{pattern.text, pattern.caseless}},
                   .exact = exact,
                   .regex_exact = exact};
}

// Whether a match could hold the CR before a delimiter, which is no part of the record, or could be
// empty behind it.
bool MayTakeCarriageReturn(const Branch& branch) {
  const auto takes_it = [](const RegexToken& token) { return token.set['\r']; };
  const auto is_edge = [](const RegexToken& token) {
    return token.kind == Kind::kNotWordBoundary || token.kind == Kind::kNoWordBefore ||
           token.kind == Kind::kNoWordAfter;
  };
  bool takes_another_byte = false;
  bool has_edge = false;
  for (const Item& item : branch) {
    if (std::any_of(item.atom.begin(), item.atom.end(), takes_it)) return true;
    has_edge |= std::any_of(item.atom.begin(), item.atom.end(), is_edge);
    takes_another_byte |= item.Is(Kind::kSet) && item.min > 0;
  }
  return has_edge && !takes_another_byte;
}

}  // namespace

absl::StatusOr<Selection> SelectionOf(const Pattern& pattern, const SelectionOptions& options) {
  const auto [delimiter, crlf, most_needles] = options;
  // Among 100,000 strings there is no time for more.
  if (most_needles == 0 && IsByteString(pattern) && !crlf) {
    return SelectionOfString(pattern, delimiter);
  }
  Tokens tokens;
  const bool folds = pattern.unicode && pattern.caseless;  // beyond ASCII
  if (pattern.fixed && !folds) {
    // A string that holds the delimiter is in no record.
    if (pattern.text.find(delimiter) != std::string::npos) return Selection{};
    tokens = TokensOfFixed(pattern.text, pattern.caseless);
  } else if (pattern.fixed) {
    return absl::UnimplementedError("case folding in Unicode");
  } else {
    const RegexSyntax syntax{
        .caseless = pattern.caseless, .unicode = pattern.unicode, .newlines = delimiter != '\n'};
    absl::StatusOr<Tokens> parsed = ParseRegex(pattern.text, syntax);
    if (!parsed.ok()) return parsed.status();
    tokens = *std::move(parsed);
  }
  if (pattern.whole_record) {
    tokens = Enclosed(Kind::kRecordStart, std::move(tokens), Kind::kRecordEnd);
  } else if (pattern.whole_word) {
    const Kind before = pattern.unicode ? Kind::kNothing : Kind::kNoWordBefore;
    const Kind after = pattern.unicode ? Kind::kNothing : Kind::kNoWordAfter;
    tokens = Enclosed(before, std::move(tokens), after);
  }
  // PCRE2 begins no match at a byte that is no character, even if the match would be empty.
  const bool may_begin_anywhere =
      !pattern.unicode || std::none_of(tokens.begin(), tokens.end(), [](const RegexToken& token) {
        return token.group == RegexToken::Group::kLookBehind;
      });
  tokens = LookAroundRemover(tokens).Remove();
  NarrowWordBoundaries(&tokens);
  ExcludeDelimiter(delimiter, &tokens);
  if (crlf) AllowCarriageReturnAtEnd(&tokens);
  Selection selection{.exact = std::all_of(tokens.begin(), tokens.end(),
                                           [](const RegexToken& token) { return token.exact; })};
  if (!may_begin_anywhere || (pattern.unicode && pattern.whole_word)) selection.exact = false;

  std::vector<Branch> branches = TrimmedBranches(tokens, delimiter);
  std::erase_if(branches, SelectsNone);
  if (branches.empty()) return selection;
  if (std::any_of(branches.begin(), branches.end(), SelectsAll)) {
    selection.kind = Selection::Kind::kAll;
    return selection;
  }
  if (crlf && std::any_of(branches.begin(), branches.end(), MayTakeCarriageReturn)) {
    selection.exact = false;
  }
  if (most_needles > 0) selection.needles = NeedlesOf(branches, delimiter, most_needles);
  selection.kind = Selection::Kind::kLiterals;
  for (const Branch& branch : branches) {
    std::optional<Literal> literal = AsLiteral(branch);
    if (!literal.has_value()) {
      selection.kind = Selection::Kind::kRegex;
      selection.literals.clear();
      break;
    }
    selection.literals.push_back(*std::move(literal));
  }
  selection.regex = ToRegex(branches, delimiter);
  selection.regex_exact = selection.exact && (delimiter == '\n' || !HasRecordEdges(tokens));
  return selection;
}

std::string RegexOf(const Literal& literal) {
  std::string regex = literal.caseless ? "(?i)" : "";
  for (const char byte : literal.bytes) {
    absl::StrAppend(&regex, ToRegex(SingleByte(static_cast<unsigned char>(byte))));
  }
  return regex;
}

}  // namespace bigscan
