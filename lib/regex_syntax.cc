#include "lib/regex_syntax.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;

// Not an error of the user's: the caller falls back on the regex libraries.
absl::Status NotModelled(absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat("not modelled: ", what));
}

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
        return ParseClass();
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
    absl::StatusOr<unsigned char> byte = ParseByteEscape(/*in_class=*/false);
    if (byte.ok()) AddSet(SingleByte(*byte));
    return byte.status();
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

  // After a backslash: an escape that stands for one byte.
  absl::StatusOr<unsigned char> ParseByteEscape(bool in_class) {
    const char c = Take();
    switch (c) {
      case 'a':
        return 7;
      case 'e':
        return 27;
      case 'f':
        return 12;
      case 'n':
        return 10;
      case 'r':
        return 13;
      case 't':
        return 9;
      case '0':
        return TakeDigits(8, 2, "0");
      case 'x':
        if (TakeIf("{")) return TakeBraced(16);
        return TakeDigits(16, 2, "0");
      case 'o':
        if (!TakeIf("{")) return NotModelled("\\o without a brace");
        return TakeBraced(8);
      case 'c':
        if (rest_.empty()) return NotModelled("\\c at the end");
        return absl::ascii_toupper(static_cast<unsigned char>(Take())) ^ 0x40;
      default:
        break;
    }
    if (in_class && c == 'b') return 8;
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      return NotModelled(absl::StrCat("\\", std::string(1, c)));
    }
    return static_cast<unsigned char>(c);
  }

  absl::StatusOr<unsigned char> TakeDigits(int base, size_t most, std::string digits) {
    for (size_t i = 0; i < most && !rest_.empty() && IsDigit(rest_.front(), base); ++i) {
      digits += Take();
    }
    const unsigned long value = std::stoul(digits, nullptr, base);
    if (value > 0xff) return NotModelled("code point above 0xff");
    return static_cast<unsigned char>(value);
  }

  absl::StatusOr<unsigned char> TakeBraced(int base) {
    constexpr size_t kMostDigits = 8;
    absl::StatusOr<unsigned char> byte = TakeDigits(base, kMostDigits, "0");
    if (byte.ok() && !TakeIf("}")) return NotModelled("malformed number in braces");
    return byte;
  }

  static bool IsDigit(char c, int base) {
    return base == 8 ? c >= '0' && c <= '7' : absl::ascii_isxdigit(static_cast<unsigned char>(c));
  }

  // After the bracket that opens a class.
  absl::Status ParseClass() {
    const bool negated = TakeIf("^");
    ByteSet set;
    bool first = true;
    while (true) {
      if (rest_.empty()) return NotModelled("missing ]");
      if (!first && TakeIf("]")) break;
      first = false;
      absl::StatusOr<ClassItem> low = ParseClassItem();
      if (!low.ok()) return low.status();
      set |= low->set;
      if (rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']') continue;
      if (!low->byte.has_value()) return NotModelled("range from a class");
      Take();
      absl::StatusOr<ClassItem> high = ParseClassItem();
      if (!high.ok()) return high.status();
      if (!high->byte.has_value() || *high->byte < *low->byte) return NotModelled("range");
      set |= Bytes(*low->byte, *high->byte);
    }
    if (options().caseless) set = CloseUnderCase(set);
    tokens_.push_back({.kind = Kind::kSet, .set = negated ? ~set : set});
    return absl::OkStatus();
  }

  struct ClassItem {
    ByteSet set;
    std::optional<unsigned char> byte;  // set when the item is one byte, which may begin a range
  };

  absl::StatusOr<ClassItem> ParseClassItem() {
    const char c = Take();
    if (c == '[' && !rest_.empty()) {
      if (rest_.front() == ':' && rest_.find(":]") != absl::string_view::npos) {
        return ParsePosixClass();
      }
      if (rest_.front() == '.' || rest_.front() == '=') return NotModelled("collating element");
    }
    if (c != '\\') return ClassItem{SingleByte(c), static_cast<unsigned char>(c)};
    if (rest_.empty()) return NotModelled("\\ at the end");
    if (std::optional<ByteSet> set = EscapeClass(rest_.front())) {
      Take();
      return ClassItem{*set, std::nullopt};
    }
    if (rest_.front() >= '1' && rest_.front() <= '7') {  // no back-reference in a class: octal
      absl::StatusOr<unsigned char> octal = TakeDigits(8, 3, "0");
      if (!octal.ok()) return octal.status();
      return ClassItem{SingleByte(*octal), *octal};
    }
    absl::StatusOr<unsigned char> byte = ParseByteEscape(/*in_class=*/true);
    if (!byte.ok()) return byte.status();
    return ClassItem{SingleByte(*byte), *byte};
  }

  // After the `[` of `[:name:]`.
  absl::StatusOr<ClassItem> ParsePosixClass() {
    const size_t end = rest_.find(":]");
    absl::string_view name = rest_.substr(1, end - 1);
    const bool negated = !name.empty() && name.front() == '^';
    if (negated) name.remove_prefix(1);
    // As PCRE2 has it, so that (?i)[[:^upper:]] is what is not a letter.
    if (options().caseless && (name == "upper" || name == "lower")) name = "alpha";
    const std::optional<ByteSet> set = PosixClass(name);
    if (!set.has_value()) return NotModelled("POSIX class");
    rest_.remove_prefix(end + 2);
    return ClassItem{negated ? ~*set : *set, std::nullopt};
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
