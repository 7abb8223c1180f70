#include "lib/regex_syntax.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;

// Tokens as text: sets as ToRegex writes them, a repeat as {min,max}, a boundary as < or >, opaque
// text in @@.
std::string Spell(const std::vector<RegexToken>& tokens) {
  std::string text;
  for (const RegexToken& token : tokens) {
    switch (token.kind) {
      case Kind::kSet:
        text += token.set.all() ? "%" : token.set.none() ? "!" : ToRegex(token.set);
        break;
      case Kind::kOpaque:
        absl::StrAppend(&text, "@", token.text, "@");
        break;
      case Kind::kOpen:
        text += '(';
        break;
      case Kind::kClose:
        text += ')';
        break;
      case Kind::kAlternate:
        text += '|';
        break;
      case Kind::kRepeat:
        absl::StrAppend(&text, "{", token.min, ",",
                        token.max == RegexToken::kUnbounded ? "" : absl::StrCat(token.max), "}");
        break;
      case Kind::kRecordStart:
        text += '^';
        break;
      case Kind::kRecordEnd:
        text += '$';
        break;
      case Kind::kWordBoundary:
        text += '<';
        break;
      case Kind::kNotWordBoundary:
        text += '>';
        break;
    }
  }
  return text;
}

struct Case {
  const char* name;
  const char* pattern;
  const char* tokens;  // null: not modelled
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.pattern; }

std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

class RegexSyntax : public testing::TestWithParam<Case> {};

TEST_P(RegexSyntax, Tokens) {
  const auto tokens = ParseRegex(GetParam().pattern, false);
  if (GetParam().tokens == nullptr) {
    EXPECT_EQ(tokens.status().code(), absl::StatusCode::kUnimplemented) << tokens.status();
  } else {
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    EXPECT_EQ(Spell(*tokens), GetParam().tokens);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Parts, RegexSyntax,
    testing::Values(Case{"Empty", "", ""}, Case{"Literal", "ab", "ab"}, Case{"Dot", ".", "."},
                    Case{"Alternation", "a|b|", "a|b|"}, Case{"Anchors", "^\\A$\\z\\Z", "^^$$$"},
                    Case{"Boundaries", "\\ba\\B", "<a>"}, Case{"Groups", "(a)(?:b)", "(a)(b)"},
                    Case{"NamedGroups", "(?<x>a)(?'y'b)(?P<z>c)", "(a)(b)(c)"},
                    Case{"BranchReset", "(?|a|b)", "(a|b)"}, Case{"Comment", "a(?#b)c", "ac"},
                    Case{"Star", "a*", "a{0,}"}, Case{"Plus", "a+", "a{1,}"},
                    Case{"Option", "a?", "a{0,1}"},
                    Case{"Counted", "a{2}b{3,}c{4,5}", "a{2,2}b{3,}c{4,5}"},
                    Case{"Lazy", "a*?b+?c??d{2}?", "a{0,}b{1,}c{0,1}d{2,2}"},
                    Case{"BraceThatIsNoRepeat", "a{,2}{x", "a\\x7b\\x2c2\\x7d\\x7bx"},
                    Case{"CommentBeforeRepeat", "a(?#b)+", "a{1,}"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Escapes, RegexSyntax,
    testing::Values(
        Case{"Letters", "\\a\\e\\f\\n\\r\\t", "\\x07\\x1b\\x0c\\x0a\\x0d\\x09"},
        Case{"Hexadecimal", "\\x41\\x4\\xg\\x{42}", "A\\x04\\x00gB"},
        Case{"Octal", "\\0101\\o{102}", "\\x081B"}, Case{"Control", "\\ca\\cA", "\\x01\\x01"},
        Case{"Punctuation", "\\.\\\\\\ ", "\\x2e\\x5c\\x20"},
        Case{"Classes", "\\d\\D", "[0-9][\\x00-\\x2f\\x3a-\\xff]"}, Case{"NotNewline", "\\N", "."},
        Case{"AnyByte", "\\C", "%"}, Case{"Quoted", "\\Qa.*\\Eb\\Qc", "a\\x2e\\x2abc"},
        Case{"RepeatOfTheLastQuoted", "\\Qab\\E*", "ab{0,}"}, Case{"StrayEnd", "a\\Eb", "ab"},
        Case{"Property", "\\pL\\P{Lu}+", "@\\pL@@\\P{Lu}@{1,}"},
        Case{"CaselessProperty", "(?i)\\p{Lu}", "@(?i:\\p{Lu})@"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Classes, RegexSyntax,
    testing::Values(Case{"Range", "[a-c]", "[a-c]"}, Case{"Negated", "[^\\n]", "."},
                    Case{"FirstBracketIsAByte", "[]a][^]]", "[\\x5da][\\x00-\\x5c\\x5e-\\xff]"},
                    Case{"HyphenAtTheEnds", "[-a][a-]", "[\\x2da][\\x2da]"},
                    Case{"Posix", "[[:digit:]x]", "[0-9x]"},
                    Case{"NegatedPosix", "[[:^digit:]]", "[\\x00-\\x2f\\x3a-\\xff]"},
                    Case{"Escapes", "[\\d\\b\\x41]", "[\\x080-9A]"},
                    Case{"OctalInAClass", "[\\101]", "A"},
                    Case{"OpenBracketIsAByte", "[[a]", "[\\x5ba]"}, Case{"ByteTwice", "[aa]", "a"},
                    Case{"AllBytes", "[\\d\\D]", "%"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Options, RegexSyntax,
    testing::Values(Case{"Caseless", "(?i)a1", "[Aa]1"},
                    Case{"CaselessInAGroup", "(?i:a)a", "([Aa])a"},
                    Case{"CaselessToTheGroupsEnd", "((?i)a)a", "([Aa])a"},
                    Case{"CaselessCarriesOverBranches", "(?i)a|b", "[Aa]|[Bb]"},
                    Case{"CaselessOff", "(?i)a(?-i)b", "[Aa]b"},
                    Case{"CaselessReset", "(?i)a(?^)b", "[Aa]b"},
                    Case{"CaselessRange", "(?i)[a-b]", "[ABab]"},
                    Case{"CaselessNegatedClass", "(?i)[^a]", "[\\x00-\\x40B-\\x60b-\\xff]"},
                    Case{"DotAll", "(?s).(?-s).", "%."}, Case{"Extended", "(?x)a b #c\n d", "abd"},
                    Case{"ExtendedBeforeRepeat", "(?x)a +", "a{1,}"},
                    Case{"ExtendedClassKeepsSpaces", "(?x)[a ]", "[\\x20a]"},
                    Case{"Indifferent", "(?mnU)a", "a"}, Case{"Several", "(?is-x).a", "%[Aa]"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    NotModelled, RegexSyntax,
    testing::Values(
        Case{"LookAhead", "a(?=b)", nullptr}, Case{"NegativeLookAhead", "a(?!b)", nullptr},
        Case{"LookBehind", "(?<=a)b", nullptr}, Case{"NegativeLookBehind", "(?<!a)b", nullptr},
        Case{"BackReference", "(a)\\1", nullptr},
        Case{"NamedBackReference", "(?<x>a)\\k<x>", nullptr},
        Case{"RelativeBackReference", "(a)\\g{-1}", nullptr}, Case{"Atomic", "(?>a)", nullptr},
        Case{"Possessive", "a++", nullptr}, Case{"PossessiveCounted", "a{2}+", nullptr},
        Case{"Recursion", "a(?R)?b", nullptr}, Case{"Subroutine", "(a)(?1)", nullptr},
        Case{"RelativeSubroutine", "(a)(?-1)", nullptr},
        Case{"NamedSubroutine", "(?<x>a)(?&x)", nullptr},
        Case{"Conditional", "(a)?(?(1)b)", nullptr}, Case{"Callout", "a(?C)", nullptr},
        Case{"Verb", "(*UTF8)a", nullptr}, Case{"ResetStart", "a\\Kb", nullptr},
        Case{"LastMatchEnd", "\\Ga", nullptr}, Case{"Grapheme", "\\X", nullptr},
        Case{"LineBreak", "\\R", nullptr}, Case{"ExtendedMore", "(?xx)[a b]", nullptr}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    NoPattern, RegexSyntax,
    testing::Values(
        Case{"OpenGroup", "(a", nullptr}, Case{"CloseGroup", "a)", nullptr},
        Case{"OpenClass", "[a", nullptr}, Case{"EmptyClass", "[]", nullptr},
        Case{"RangeBackwards", "[b-a]", nullptr}, Case{"RepeatOfNothing", "*a", nullptr},
        Case{"RepeatOfARepeat", "a{2}{3}", nullptr}, Case{"CountsBackwards", "a{3,2}", nullptr},
        Case{"Backslash", "a\\", nullptr}, Case{"UnknownEscape", "\\y", nullptr},
        Case{"UnknownPosixClass", "[[:foo:]]", nullptr},
        Case{"LargeCodePoint", "\\x{100}", nullptr}, Case{"MalformedProperty", "\\p{L", nullptr},
        Case{"OpenComment", "a(?#b", nullptr}),
    NameOf);

TEST(RegexSyntax, CaselessFlagIsAsIfThePatternBeganWithTheOption) {
  for (const char* pattern : {"a", "(?-i)a", "[a-c]", "[^a]", "a|b", "(a(?-i)b)c", "\\p{Lu}"}) {
    EXPECT_EQ(Spell(ParseRegex(pattern, true).value()),
              Spell(ParseRegex(absl::StrCat("(?i)", pattern), false).value()))
        << pattern;
  }
}

// In PCRE2, (?i) makes [:upper:] and [:lower:] mean [:alpha:].
TEST(RegexSyntax, CaselessPosixCaseClassesAreLetters) {
  EXPECT_EQ(Spell(ParseRegex("[[:upper:]]", true).value()), "[A-Za-z]");
  EXPECT_EQ(Spell(ParseRegex("[[:^lower:]]", true).value()),
            Spell(ParseRegex("[^A-Za-z]", false).value()));
}

TEST(RegexSyntax, BytesAboveAsciiAndNulStandForThemselves) {
  EXPECT_EQ(Spell(ParseRegex(absl::string_view("\xe4\0\xff", 3), false).value()),
            "\\xe4\\x00\\xff");
}

}  // namespace
}  // namespace bigscan
