#include "lib/regex_class.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace bigscan {
namespace {

class ClassParser {
 public:
  explicit ClassParser(absl::string_view rest) : rest_(rest) {}

  absl::string_view rest() const { return rest_; }

  // After the bracket that opens a class.
  absl::StatusOr<ByteSet> Parse(bool caseless) {
    const bool negated = TakeIf("^");
    ByteSet set;
    bool first = true;
    while (true) {
      if (rest_.empty()) return NotModelled("missing ]");
      if (!first && TakeIf("]")) break;
      first = false;
      absl::StatusOr<Item> low = ParseItem(caseless);
      if (!low.ok()) return low.status();
      set |= low->set;
      if (rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']') continue;
      if (!low->byte.has_value()) return NotModelled("range from a class");
      Take();
      absl::StatusOr<Item> high = ParseItem(caseless);
      if (!high.ok()) return high.status();
      if (!high->byte.has_value() || *high->byte < *low->byte) return NotModelled("range");
      set |= Bytes(*low->byte, *high->byte);
    }
    if (caseless) set = CloseUnderCase(set);
    return negated ? ~set : set;
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

 private:
  struct Item {
    ByteSet set;
    std::optional<unsigned char> byte;  // set when the item is one byte, which may begin a range
  };

  absl::StatusOr<Item> ParseItem(bool caseless) {
    const char c = Take();
    if (c == '[' && !rest_.empty()) {
      if (rest_.front() == ':' && rest_.find(":]") != absl::string_view::npos) {
        return ParsePosixClass(caseless);
      }
      if (rest_.front() == '.' || rest_.front() == '=') return NotModelled("collating element");
    }
    if (c != '\\') return Item{SingleByte(c), static_cast<unsigned char>(c)};
    if (rest_.empty()) return NotModelled("\\ at the end");
    if (std::optional<ByteSet> set = EscapeClass(rest_.front())) {
      Take();
      return Item{*set, std::nullopt};
    }
    if (rest_.front() >= '1' && rest_.front() <= '7') {  // no back-reference in a class: octal
      absl::StatusOr<unsigned char> octal = TakeDigits(8, 3, "0");
      if (!octal.ok()) return octal.status();
      return Item{SingleByte(*octal), *octal};
    }
    absl::StatusOr<unsigned char> byte = ParseByteEscape(/*in_class=*/true);
    if (!byte.ok()) return byte.status();
    return Item{SingleByte(*byte), *byte};
  }

  // After the `[` of `[:name:]`.
  absl::StatusOr<Item> ParsePosixClass(bool caseless) {
    const size_t end = rest_.find(":]");
    absl::string_view name = rest_.substr(1, end - 1);
    const bool negated = !name.empty() && name.front() == '^';
    if (negated) name.remove_prefix(1);
    // As PCRE2 has it, so that (?i)[[:^upper:]] is what is not a letter.
    if (caseless && (name == "upper" || name == "lower")) name = "alpha";
    const std::optional<ByteSet> set = PosixClass(name);
    if (!set.has_value()) return NotModelled("POSIX class");
    rest_.remove_prefix(end + 2);
    return Item{negated ? ~*set : *set, std::nullopt};
  }

  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool TakeIf(absl::string_view prefix) { return absl::ConsumePrefix(&rest_, prefix); }

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

  absl::string_view rest_;
};

}  // namespace

absl::Status NotModelled(absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat("not modelled: ", what));
}

absl::StatusOr<ByteSet> ParseClass(absl::string_view* rest, bool caseless) {
  ClassParser parser(*rest);
  absl::StatusOr<ByteSet> set = parser.Parse(caseless);
  *rest = parser.rest();
  return set;
}

absl::StatusOr<unsigned char> ParseByteEscape(absl::string_view* rest) {
  ClassParser parser(*rest);
  absl::StatusOr<unsigned char> byte = parser.ParseByteEscape(/*in_class=*/false);
  *rest = parser.rest();
  return byte;
}

}  // namespace bigscan
