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
  Parser(absl::string_view pattern, bool caseless) : rest_(pattern) {
    options_.push_back({.caseless = caseless});
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
    tokens_.push_back({.kind = Kind::kSet, .set = options().caseless ? CloseUnderCase(set) : set});
  }

  void Add(Kind kind) { tokens_.push_back({.kind = kind}); }

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
        Add(Kind::kRecordStart);
        return absl::OkStatus();
      case '$':
        Add(Kind::kRecordEnd);
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
    switch (tokens_.back().kind) {
      case Kind::kSet:
      case Kind::kOpaque:
      case Kind::kClose:
        break;
      default:
        return NotModelled("repeat of an assertion or a repeat");
    }
    if (TakeIf("+")) return NotModelled("possessive repeat");
    TakeIf("?");  // lazy: the same records match
    tokens_.push_back({.kind = Kind::kRepeat, .min = min, .max = max});
    return absl::OkStatus();
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
        Take();
        Add(Kind::kRecordEnd);
        return absl::OkStatus();
      case 'b':
        Take();
        Add(Kind::kWordBoundary);
        return absl::OkStatus();
      case 'B':
        Take();
        Add(Kind::kNotWordBoundary);
        return absl::OkStatus();
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

  absl::Status AddClass() {
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
    tokens_.push_back({.kind = Kind::kOpaque, .text = std::move(text)});
    return absl::OkStatus();
  }

  // After an opening parenthesis.
  absl::Status ParseGroup() {
    if (absl::StartsWith(rest_, "*")) return NotModelled("(*VERB)");
    if (!TakeIf("?")) return OpenGroup(options());
    if (TakeIf("#")) {
      const size_t end = rest_.find(')');
      if (end == absl::string_view::npos) return NotModelled("missing ) of a comment");
      rest_.remove_prefix(end + 1);
      return absl::OkStatus();
    }
    if (TakeIf(":") || TakeIf("|")) return OpenGroup(options());
    if (absl::StartsWith(rest_, "<=") || absl::StartsWith(rest_, "<!")) {
      return NotModelled("look-behind");
    }
    if (TakeIf("P<") || TakeIf("<")) return OpenNamedGroup('>');
    if (TakeIf("'")) return OpenNamedGroup('\'');
    return ParseOptions();
  }

  absl::Status OpenGroup(Options inherited) {
    options_.push_back(inherited);
    Add(Kind::kOpen);
    return absl::OkStatus();
  }

  absl::Status OpenNamedGroup(char close) {
    const size_t end = rest_.find(close);
    if (end == absl::string_view::npos) return NotModelled("malformed group name");
    rest_.remove_prefix(end + 1);
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
        case 'm':  // a record has one line
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

  absl::string_view rest_;
  std::vector<Options> options_;
  std::vector<RegexToken> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<RegexToken>> ParseRegex(absl::string_view pattern, bool caseless) {
  return Parser(pattern, caseless).Parse();
}

}  // namespace bigscan
