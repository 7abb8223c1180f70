#include "lib/regex_syntax.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/regex_class.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;

// Recursive descent without the recursion: one pass over the pattern, with a stack of the options
// that are in force in each open group.
class Parser {
 public:
  Parser(absl::string_view pattern, const RegexSyntax& syntax)
      : unicode_(syntax.unicode), newlines_(syntax.newlines), rest_(pattern) {
    options_.push_back({.caseless = syntax.caseless});
  }

  absl::StatusOr<std::vector<RegexToken>> Parse() {
    while (!rest_.empty()) {
      if (absl::Status status = ParseNext(); !status.ok()) return status;
    }
    if (options_.size() != 1) return NotModelled("missing )");
    return std::move(tokens_);
  }

 private:
  struct Options {
    bool caseless = false;
    bool dot_all = false;
    bool extended = false;
    bool multi_line = false;
  };

  Options& options() { return options_.back(); }

  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool TakeIf(absl::string_view prefix) {
    if (!absl::StartsWith(rest_, prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  void AddSet(const ByteSet& set) {
    if (unicode_ && !IsAsciiCharacter(set)) return AddInexact(Kind::kAnything);
    tokens_.push_back({.kind = Kind::kSet, .set = options().caseless ? CloseUnderCase(set) : set});
  }

  // Whether `set` is one character that no other one equals: in Unicode, K and S have a third case.
  bool IsAsciiCharacter(const ByteSet& set) const {
    if (set.count() != 1 || (set >> 0x80).any()) return false;
    if (!options_.back().caseless) return true;
    return (set & (CloseUnderCase(SingleByte('k')) | CloseUnderCase(SingleByte('s')))).none();
  }

  void Add(Kind kind) { tokens_.push_back({.kind = kind}); }
  void AddInexact(Kind kind) { tokens_.push_back({.kind = kind, .exact = false}); }

  // `or_line`: a line's edge will do.
  void AddRecordEdge(Kind edge, bool or_line) {
    if (or_line && newlines_) return AddInexact(Kind::kNothing);
    Add(edge);
  }

  absl::Status ParseNext() {
    const char c = Take();
    switch (c) {
      case '\\':
        return ParseEscape();
      case '[':
        return AddClass();
      case '(':
        return ParseGroup();
      case ')':
        if (options_.size() == 1) return NotModelled("unmatched )");
        options_.pop_back();
        Add(Kind::kClose);
        return absl::OkStatus();
      case '|':
        Add(Kind::kAlternate);
        return absl::OkStatus();
      case '^':
        AddRecordEdge(Kind::kRecordStart, options().multi_line);
        return absl::OkStatus();
      case '$':
        AddRecordEdge(Kind::kRecordEnd, options().multi_line);
        return absl::OkStatus();
      case '.':
        AddSet(options().dot_all ? ~ByteSet() : ~SingleByte('\n'));
        return absl::OkStatus();
      case '*':
        return AddRepeat(0, RegexToken::kUnbounded);
      case '+':
        return AddRepeat(1, RegexToken::kUnbounded);
      case '?':
        return AddRepeat(0, 1);
      case '{':
        if (absl::StatusOr<bool> counted = ParseCountedRepeat(); !counted.ok() || *counted) {
          return counted.status();
        }
        break;  // a brace that opens no repeat stands for itself
      case '#':
        if (options().extended) {
          while (!rest_.empty() && Take() != '\n') {
          }
          return absl::OkStatus();
        }
        break;
      default:
        if (options().extended && absl::ascii_isspace(static_cast<unsigned char>(c))) {
          return absl::OkStatus();
        }
    }
    AddSet(SingleByte(c));
    return absl::OkStatus();
  }

  absl::Status AddRepeat(int min, int max) {
    if (tokens_.empty()) return NotModelled("nothing to repeat");
    const bool possessive = TakeIf("+");
    if (!possessive) TakeIf("?");  // lazy: the same records match
    RegexToken& last = tokens_.back();
    switch (last.kind) {
      case Kind::kSet:
      case Kind::kOpaque:
      case Kind::kClose:
        tokens_.push_back({.kind = Kind::kRepeat, .min = min, .max = max, .exact = !possessive});
        return absl::OkStatus();
      case Kind::kAnything:
      case Kind::kNothing:
        return absl::OkStatus();
      case Kind::kRecordStart:
      case Kind::kRecordEnd:
      case Kind::kWordBoundary:
      case Kind::kNotWordBoundary:
        if (min == 0) last = {.kind = Kind::kNothing, .exact = false};
        return absl::OkStatus();
      default:
        return NotModelled("repeat of a repeat");
    }
  }

  // After the brace of `{n}`, `{n,}` or `{n,m}`. False, and nothing taken, when it is none of
  // these.
  absl::StatusOr<bool> ParseCountedRepeat() {
    const absl::string_view start = rest_;
    const std::optional<int> min = TakeNumber();
    std::optional<int> max = min;
    if (min.has_value() && TakeIf(",")) {
      max = TakeNumber();
      if (!max.has_value()) max = RegexToken::kUnbounded;
    }
    if (!min.has_value() || !TakeIf("}")) {
      rest_ = start;
      return false;
    }
    if (*max < *min) return NotModelled("numbers out of order in a repeat");
    if (absl::Status status = AddRepeat(*min, *max); !status.ok()) return status;
    return true;
  }

  std::optional<int> TakeNumber() {
    constexpr int kTooLarge = 1 << 20;  // PCRE2 allows 65535, and reports more
    int number = 0;
    bool digits = false;
    while (!rest_.empty() && absl::ascii_isdigit(static_cast<unsigned char>(rest_.front()))) {
      digits = true;
      number = std::min(kTooLarge, number * 10 + (Take() - '0'));
    }
    if (!digits) return std::nullopt;
    return number;
  }

  // After a backslash, outside of a class.
  absl::Status ParseEscape() {
    if (rest_.empty()) return NotModelled("\\ at the end");
    const char c = rest_.front();
    if (c >= '1' && c <= '9') {  // a back-reference, or a byte in octal
      while (!rest_.empty() && absl::ascii_isdigit(static_cast<unsigned char>(rest_.front())))
        Take();
      AddInexact(Kind::kAnything);
      return absl::OkStatus();
    }
    if (std::optional<ByteSet> set = EscapeClass(c)) {
      Take();
      AddSet(*set);
      return absl::OkStatus();
    }
    switch (c) {
      case 'A':
        Take();
        Add(Kind::kRecordStart);
        return absl::OkStatus();
      case 'z':
      case 'Z':
        AddRecordEdge(Kind::kRecordEnd, Take() == 'Z');
        return absl::OkStatus();
      case 'b':
      case 'B':
        Take();
        if (unicode_) {
          AddInexact(Kind::kNothing);
        } else {
          Add(c == 'b' ? Kind::kWordBoundary : Kind::kNotWordBoundary);
        }
        return absl::OkStatus();
      case 'G':
        Take();
        AddInexact(Kind::kNothing);
        return absl::OkStatus();
      case 'K':  // tells where a match begins, not whether
        Take();
        return absl::OkStatus();
      case 'R':
      case 'X':
        Take();
        AddInexact(Kind::kAnything);
        return absl::OkStatus();
      case 'g':
      case 'k':
        Take();
        return ParseReference();
      case 'C':
        Take();
        AddSet(~ByteSet());
        return absl::OkStatus();
      case 'E':
        Take();
        return absl::OkStatus();
      case 'Q':
        Take();
        return ParseQuoted();
      case 'p':
      case 'P':
        return ParseProperty();
      case 'N':
        if (absl::StartsWith(rest_, "N{")) return NotModelled("\\N{...}");
        Take();
        AddSet(~SingleByte('\n'));
        return absl::OkStatus();
      default:
        break;
    }
    absl::StatusOr<unsigned char> byte = ParseByteEscape(&rest_);
    if (byte.ok()) AddSet(SingleByte(*byte));
    return byte.status();
  }

  // After \g or \k: a back-reference or a call of a group, whichever.
  absl::Status ParseReference() {
    const char open = rest_.empty() ? '\0' : rest_.front();
    const char close = open == '{' ? '}' : open == '<' ? '>' : open == '\'' ? '\'' : '\0';
    if (close != '\0') {
      Take();
      if (!SkipPast(close)) return NotModelled("malformed reference");
    } else {
      while (TakeIf("-") || TakeIf("+")) {
      }
      if (!TakeNumber().has_value()) return NotModelled("malformed reference");
    }
    AddInexact(Kind::kAnything);
    return absl::OkStatus();
  }

  bool SkipPast(char close) {
    const size_t end = rest_.find(close);
    if (end == absl::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  absl::Status AddClass() {
    if (unicode_) {
      // Its bytes are parts of characters: only where it ends matters.
      absl::StatusOr<ByteSet> set = ParseClass(&rest_, false);
      AddInexact(Kind::kAnything);
      return set.status();
    }
    absl::StatusOr<ByteSet> set = ParseClass(&rest_, options().caseless);
    if (set.ok()) tokens_.push_back({.kind = Kind::kSet, .set = *set});
    return set.status();
  }

  absl::Status ParseQuoted() {
    while (!rest_.empty() && !TakeIf("\\E")) AddSet(SingleByte(Take()));
    return absl::OkStatus();
  }

  absl::Status ParseProperty() {
    std::string text = absl::StrCat("\\", std::string(1, Take()));
    if (rest_.empty()) return NotModelled("malformed property");
    const size_t length = rest_.front() == '{' ? rest_.find('}') + 1 : 1;
    if (length == 0) return NotModelled("malformed property");
    absl::StrAppend(&text, rest_.substr(0, length));
    rest_.remove_prefix(length);
    if (options().caseless) text = absl::StrCat("(?i:", text, ")");
    if (unicode_) {
      AddInexact(Kind::kAnything);
    } else {
      tokens_.push_back({.kind = Kind::kOpaque, .text = std::move(text), .exact = false});
    }
    return absl::OkStatus();
  }

  // After an opening parenthesis.
  absl::Status ParseGroup() {
    using Group = RegexToken::Group;
    if (absl::StartsWith(rest_, "*")) return ParseVerb();
    if (!TakeIf("?")) return OpenGroup(options());
    if (TakeIf("#"))
      return SkipPast(')') ? absl::OkStatus() : NotModelled("missing ) of a comment");
    if (TakeIf("C")) {  // a callout: nothing is called
      return SkipPast(')') ? absl::OkStatus() : NotModelled("missing ) of a callout");
    }
    if (TakeIf(":") || TakeIf("|")) return OpenGroup(options());
    if (TakeIf(">")) return OpenGroup(options(), Group::kPlain, /*exact=*/false);
    if (TakeIf("=")) return OpenGroup(options(), Group::kLookAhead);
    if (TakeIf("<=")) return OpenGroup(options(), Group::kLookBehind);
    if (TakeIf("!\\w)")) return AddNoWord(Kind::kNoWordAfter);
    if (TakeIf("<!\\w)")) return AddNoWord(Kind::kNoWordBefore);
    if (TakeIf("!") || TakeIf("<!")) return OpenGroup(options(), Group::kNegative);
    if (TakeIf("*") || TakeIf("<*")) return OpenGroup(options(), Group::kNegative);  // not atomic
    if (TakeIf("(")) return ParseCondition();
    if (TakeIf("P=") || TakeIf("P>") || TakeIf("&") || AtCall()) {
      if (!SkipPast(')')) return NotModelled("missing ) of a reference");
      AddInexact(Kind::kAnything);
      return absl::OkStatus();
    }
    if (TakeIf("P<") || TakeIf("<")) return OpenNamedGroup('>');
    if (TakeIf("'")) return OpenNamedGroup('\'');
    return ParseOptions();
  }

  // Whether a call of a group follows `(?`: R, a number, or a sign and a number.
  bool AtCall() const {
    absl::string_view rest = rest_;
    if (absl::StartsWith(rest, "R)")) return true;
    if (absl::StartsWith(rest, "+") || absl::StartsWith(rest, "-")) rest.remove_prefix(1);
    return !rest.empty() && absl::ascii_isdigit(static_cast<unsigned char>(rest.front()));
  }

  absl::Status AddNoWord(Kind kind) {
    if (unicode_) kind = Kind::kNothing;
    tokens_.push_back({.kind = kind, .exact = !unicode_});
    return absl::OkStatus();
  }

  // After the `(` that begins a verb. Those that only take matches away are left out.
  absl::Status ParseVerb() {
    for (absl::string_view verb :
         {"*F)", "*FAIL)", "*COMMIT", "*PRUNE", "*SKIP", "*THEN", "*MARK", "*:"}) {
      if (!absl::StartsWith(rest_, verb)) continue;
      if (!SkipPast(')')) break;
      AddInexact(Kind::kNothing);
      return absl::OkStatus();
    }
    return NotModelled("(*VERB)");
  }

  // After `(?(`: skips the condition, or opens it where it is an assertion.
  absl::Status ParseCondition() {
    OpenGroup(options(), RegexToken::Group::kCondition).IgnoreError();
    if (absl::StartsWith(rest_, "?") || absl::StartsWith(rest_, "*")) return ParseGroup();
    return SkipPast(')') ? absl::OkStatus() : NotModelled("missing ) of a condition");
  }

  absl::Status OpenGroup(Options inherited, RegexToken::Group group = RegexToken::Group::kPlain,
                         bool exact = true) {
    options_.push_back(inherited);
    tokens_.push_back({.kind = Kind::kOpen, .group = group, .exact = exact});
    return absl::OkStatus();
  }

  absl::Status OpenNamedGroup(char close) {
    if (!SkipPast(close)) return NotModelled("malformed group name");
    return OpenGroup(options());
  }

  // After `(?`, where option letters follow: `(?i)` for the rest of the group, `(?i:...)` for a new
  // one.
  absl::Status ParseOptions() {
    Options changed = options();
    if (TakeIf("^")) changed = Options();
    bool value = true;
    while (!rest_.empty()) {
      switch (Take()) {
        case '-':
          value = false;
          break;
        case 'i':
          changed.caseless = value;
          break;
        case 's':
          changed.dot_all = value;
          break;
        case 'x':
          if (absl::StartsWith(rest_, "x")) return NotModelled("(?xx)");
          changed.extended = value;
          break;
        case 'm':
          changed.multi_line = value;
          break;
        case 'n':  // the rest is about captures and greediness
        case 'J':
        case 'U':
          break;
        case ')':
          options() = changed;
          return absl::OkStatus();
        case ':':
          return OpenGroup(changed);
        default:
          return NotModelled("group");
      }
    }
    return NotModelled("missing )");
  }

  const bool unicode_;
  const bool newlines_;
  absl::string_view rest_;
  std::vector<Options> options_;
  std::vector<RegexToken> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<RegexToken>> ParseRegex(absl::string_view pattern,
                                                   const RegexSyntax& syntax) {
  return Parser(pattern, syntax).Parse();
}

}  // namespace bigscan
