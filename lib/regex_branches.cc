#include "lib/regex_branches.h"

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;

std::string RepeatToRegex(int min, int max) {
  if (min == 1 && max == 1) return "";
  if (min == 0 && max == 1) return "?";
  if (max == RegexToken::kUnbounded) {
    if (min == 0) return "*";
    return min == 1 ? "+" : absl::StrCat("{", min, ",}");
  }
  return min == max ? absl::StrCat("{", min, "}") : absl::StrCat("{", min, ",", max, "}");
}

// A byte that is none of a word's; the record has it there, or ends.
std::string NoWord(char delimiter) {
  ByteSet set = *EscapeClass('W');
  set.reset(static_cast<unsigned char>(delimiter));
  return ToRegex(set);
}

std::string ToRegex(const RegexItem& item, char delimiter) {
  const RegexToken& token = item.atom.front();
  const bool has_edges = delimiter == '\n';  // which MULTILINE looks for
  switch (token.kind) {
    case Kind::kSet:
      // A set that the delimiter's loss left empty never matches, unless it need not.
      if (token.set.none()) return item.min == 0 ? "" : "[^\\x00-\\xff]";
      return absl::StrCat(bigscan::ToRegex(token.set), RepeatToRegex(item.min, item.max));
    case Kind::kOpaque:
      return absl::StrCat(token.text, RepeatToRegex(item.min, item.max));
    case Kind::kRecordStart:
      return has_edges ? "^" : "";
    case Kind::kRecordEnd:
      return has_edges ? "$" : "";
    case Kind::kWordBoundary:
      return "\\b";
    case Kind::kNotWordBoundary:
      return "\\B";
    case Kind::kNoWordBefore:
      return has_edges ? absl::StrCat("(?:^|", NoWord(delimiter), ")") : "";
    case Kind::kNoWordAfter:
      return has_edges ? absl::StrCat("(?:$|", NoWord(delimiter), ")") : "";
    case Kind::kOpen:
      return absl::StrCat("(?:", ToRegex(SplitBranches(item.inside()), delimiter), ")",
                          RepeatToRegex(item.min, item.max));
    default:
      return "";
  }
}

}  // namespace

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

std::vector<RegexBranch> SplitBranches(std::span<const RegexToken> tokens) {
  std::vector<RegexBranch> branches(1);
  for (size_t i = 0; i < tokens.size();) {
    if (tokens[i].kind == Kind::kAlternate) {
      branches.emplace_back();
      ++i;
      continue;
    }
    const size_t end = AtomEnd(tokens, i);
    RegexItem item{tokens.subspan(i, end - i)};
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

std::string ToRegex(std::span<const RegexBranch> branches, char delimiter) {
  std::string regex;
  for (const RegexBranch& branch : branches) {
    if (&branch != branches.data()) regex += '|';
    for (const RegexItem& item : branch) regex += ToRegex(item, delimiter);
  }
  return regex;
}

}  // namespace bigscan
