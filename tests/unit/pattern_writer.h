// Writes random patterns: every construct of pcre2pattern(3), over a small alphabet.
#ifndef BIGSCAN_TESTS_UNIT_PATTERN_WRITER_H_
#define BIGSCAN_TESTS_UNIT_PATTERN_WRITER_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/testing.h"

namespace bigscan {

class PatternWriter {
 public:
  explicit PatternWriter(Random* random) : random_(*random) {
    // Some patterns are plain, some full of everything: one that only PCRE2 understands hides what
    // the rest of it would do.
    oddity_ = Pick(&random_, 3) == 0 ? 0 : Pick(&random_, 16);
  }

  // Not each of them is valid.
  std::string Regex() {
    std::string head;
    if (Chance(30))
      head = OneOf({"(?i)", "(?s)", "(?m)", "(?x)", "(?xx)", "(?U)", "(?im)", "(?n)"});
    if (Odd(8)) {
      head = OneOf({"(*UTF)", "(*UCP)", "(*CRLF)", "(*ANYCRLF)", "(*NO_START_OPT)", "(*NOTEMPTY)",
                    "(*NO_JIT)", "(*BSR_ANYCRLF)", "(*NUL)", "(*ANY)"});
    }
    return head + Alternation(kDepth);
  }

  std::string FixedString() {
    return RandomText(&random_, "aabbcAB1_ -.*\r\xe4\\[", Pick(&random_, 5));
  }

 private:
  static constexpr int kDepth = 3;

  bool Chance(uint64_t one_in) { return Pick(&random_, one_in) == 0; }
  // For what is beyond a plain regex.
  bool Odd(uint64_t one_in) { return Pick(&random_, one_in * 16) < oddity_; }

  std::string OneOf(const std::vector<std::string>& choices) {
    return choices[Pick(&random_, choices.size())];
  }

  std::string Alternation(int depth) {
    std::string pattern = Sequence(depth);
    while (Chance(4)) absl::StrAppend(&pattern, "|", Sequence(depth));
    return pattern;
  }

  std::string Sequence(int depth) {
    std::string pattern;
    const uint64_t anchor = depth == kDepth ? 5 : 40;
    if (Chance(anchor)) {
      pattern = OneOf({"^", "^", "\\A", "^.*", "\\b", "\\B", "\\A.*?", "^\\b", "(?<!\\w)", "\\b"});
    }
    if (Odd(5)) pattern += LookBehind();
    for (uint64_t items = Pick(&random_, 5); items > 0; --items) pattern += Item(depth);
    if (Odd(5)) pattern += LookAhead(depth);
    if (Chance(anchor)) {
      pattern += OneOf({"$", "$", "\\z", "\\Z", ".*$", "\\b", "\\B", "\\b$", "(?!\\w)", "\\r$"});
    }
    return pattern;
  }

  std::string Item(int depth) {
    if (Odd(4)) return OddItem(depth) + Repeat(10);
    if (Chance(14)) {
      return OneOf(
          {"\\b", "\\B", "(?i)", "(?-i)", "(?s)", "(?#c)", "^", "$", "\\E", "(?m)", "(?x)"});
    }
    if (depth > 0 && Chance(5)) {
      const std::string group = Group(depth);
      const std::string repeat = Repeat(3);
      // PCRE2 10.42 takes `(a|^){0}b` for a pattern that only matches where a record starts.
      return repeat.substr(0, 3) == "{0}" ? group : group + repeat;
    }
    if (Chance(3)) return Word();
    return Atom() + Repeat(3);
  }

  // Enough of them in a row make a needle.
  std::string Word() {
    std::string word;
    for (uint64_t size = 1 + Pick(&random_, 4); size > 0; --size) {
      word += OneOf({"a", "a", "b", "b", "1", "A", "_", "[ab]", "\\d", "-"});
    }
    return word;
  }

  std::string Group(int depth) {
    const std::string open = OneOf({"(", "(", "(?:", "(?:", "(?i:", "(?-i:", "(?s:", "(?x: ", "(?|",
                                    "(?m:", "(?^:", "(?i-s:", "(?<", "(?P<", "(?'"});
    const char last = open.back();
    if (last != '<' && last != '\'') return absl::StrCat(open, Alternation(depth - 1), ")");
    return absl::StrCat(open, "n", ++names_, last == '<' ? ">" : "'", Alternation(depth - 1), ")");
  }

  std::string Atom() {
    if (Chance(4)) return Class();
    return OneOf({"a",    "b",       "A",     "1",     ".",        ".",        "\\s",  "\\S",
                  "\\w",  "\\W",     "\\d",   "\\D",   "\\n",      "\\x61",    "\xe4", "\\x00",
                  "\\h",  "\\V",     "_",     " ",     "\\Qab\\E", "\\r",      "\r",   "\\N",
                  "\\v",  "\\H",     "\\101", "\\061", "\\x{e4}",  "\\o{142}", "-",    "\\-",
                  "\\cM", "\\Q.\\E", "\\t",   "#",     "{",        "{,2}",     "\\x",  "]"});
  }

  std::string Class() {
    const std::string first = OneOf({"", "", "", "]", "^", "^", "^]", "^\\n"});
    std::string items;
    for (uint64_t count = first.empty() || first == "^" ? 1 + Pick(&random_, 3) : Pick(&random_, 3);
         count > 0; --count) {
      items += OneOf({"a",          "b",           "A-B",
                      "a-b",        "0-9",         "_",
                      "\\s",        "\\S",         "\\w",
                      "\\d",        "\\W",         "\\n",
                      "\\r",        " ",           "[:alpha:]",
                      "[:^upper:]", "[:lower:]",   "[:punct:]",
                      "\\xe4",      "\\x00-\\x20", "\\x{80}-\\x{ff}",
                      "\\b",        "\\101",       "\\h",
                      "\\V",        "\\-",         "["});
    }
    return absl::StrCat("[", first, items, Chance(8) ? "-" : "", "]");
  }

  std::string Repeat(uint64_t one_in) {
    if (!Chance(one_in)) return "";
    std::string repeat =
        OneOf({"*", "+", "?", "{2}", "{0,1}", "{1,}", "{0}", "{1,3}", "{3}", "{0,}"});
    if (Chance(4)) repeat += "?";
    if (Odd(6)) repeat += "+";
    return repeat;
  }

  std::string LookBehind() {
    return absl::StrCat(OneOf({"(?<=", "(?<=", "(?<!"}),
                        OneOf({"a", "b", "ab", "a|b1", "^", "^a", "\\W", "\\b", " ", "[^a]", "^|-",
                               ".", "\\n", "a(?=b)", "(a)", "\\r", "(?<=a)b"}),
                        ")", Repeat(10));
  }

  std::string LookAhead(int depth) {
    return absl::StrCat(OneOf({"(?=", "(?=", "(?!"}),
                        depth > 0 && Chance(3)
                            ? Alternation(depth - 1)
                            : OneOf({"a", "b", "ab", "a|b1", "$", "a$", "\\W", "\\b", " ", "[^a]",
                                     "$|-", ".*b", "\\n", "(?!b)", "(a)", "\\r", ".{3}"}),
                        ")", Repeat(10));
  }

  std::string OddItem(int depth) {
    const std::string inner = depth > 0 ? Alternation(depth - 1) : Atom();
    switch (Pick(&random_, 12)) {
      case 0:
        return LookBehind();
      case 1:
        return LookAhead(depth);
      case 2:
        return absl::StrCat("(?>", inner, ")");
      case 3:
        return OneOf({"(a|b)\\1", "(a)\\g1", "(.)\\g{-1}", "([ab1])\\g{1}", "(?<q>a|1)\\k<q>",
                      "(?<q>.)\\k{q}", "(?<q>b)(?P=q)", "(.+)\\1", "(?i)(a)\\1"});
      case 4:
        return OneOf({"\\1", "\\2", "(?1)", "(?-1)", "(?+1)", "(?R)", "(?0)", "(?R)?", "\\g<1>",
                      "\\g'1'", "(?&n1)", "(?P>n1)", "\\k'n1'"});
      case 5:
        return OneOf({"(a)?(?(1)b|1)", "(?(?=a)ab|b)", "(?(?!a)b|a1)", "(?(?<=a)b|1)", "(?(R)a|b)",
                      "(?(DEFINE)(a))", "(?<q>a)?(?(<q>)b|1)", "(a)?(?(-1)b)", "(?(?C1)(?=a)a|b)",
                      absl::StrCat("(?(?=", inner, ")a|b)")});
      case 6:
        return OneOf({"\\K", "\\K", "\\G", "(?C)", "(?C1)", "(?C'x')", "(?C{x)y})", "(?C'a''b)')"});
      case 7:
        return OneOf({"(*F)", "(*FAIL)", "(*COMMIT)", "(*PRUNE)", "(*SKIP)", "(*THEN)", "(*MARK:x)",
                      "(*:x)", "(*SKIP:x)", "(*PRUNE:y)", "(*COMMIT:z)", "(*ACCEPT)", "(*FAIL:x)",
                      "(*F:x)"});
      case 8:
        return OneOf({"\\R", "\\X", "\\pL", "\\PL", "\\p{Lu}", "\\P{Ll}", "\\p{Nd}", "\\p{^L}",
                      "\\C", "\\p{Cc}", "[\\pL]", "[^\\p{Lu}1]", "\\p{L&}", "\\p{Any}",
                      "\\p{Xwd}"});
      case 9:
        return absl::StrCat(
            OneOf({"(*pla:", "(*nla:", "(*atomic:", "(*sr:", "(*napla:", "(?*", "(*plb:", "(?<*"}),
            Chance(2) ? "a" : inner, ")");
      case 10:
        return OneOf({"[[:<:]]", "[[:>:]]", "(?xx)", "(?n)", "(?J)", "(?U)", "(?^)", "(?i-s)",
                      "\\10", "\\12", "\\81", "[a-\\d]", "\\Q\\E", "(?x)# c\na", "\\Qa",
                      "[\\Qa-\\E]", "[a\\E-b]", "(?x)[a b] b", "(?xx)[a b]"});
      default:
        return absl::StrCat("(?=", inner, ")", inner);
    }
  }

  Random& random_;
  uint64_t oddity_ = 0;
  int names_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_PATTERN_WRITER_H_
