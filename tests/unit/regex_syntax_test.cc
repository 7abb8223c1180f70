#include "lib/regex_syntax.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;
using Group = RegexToken::Group;

// Tokens as text: sets as ToRegex writes them, a repeat as {min,max}, a boundary as < or >, no word
// before or after as <! and !>, opaque text in @@, anything as ~, nothing as _; a look-around as (<=,
// (= or (!, a condition as (?. An apostrophe follows another token that stands for more than it says.
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
        text += token.group == Group::kLookBehind  ? "(<="
                : token.group == Group::kLookAhead ? "(="
                : token.group == Group::kNegative  ? "(!"
                : token.group == Group::kCondition ? "(?"
                                                   : "(";
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
      case Kind::kNoWordBefore:
        text += "<!";
        break;
      case Kind::kNoWordAfter:
        text += "!>";
        break;
      case Kind::kAnything:
        text += '~';
        break;
      case Kind::kNothing:
        text += '_';
        break;
    }
    const bool says_so = token.kind == Kind::kAnything || token.kind == Kind::kNothing ||
                         token.kind == Kind::kOpaque;
    EXPECT_FALSE(says_so && token.exact);
    if (!says_so && !token.exact) text += '\'';
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
  const auto tokens = ParseRegex(GetParam().pattern, {});
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
    LookAround, RegexSyntax,
    testing::Values(Case{"Ahead", "a(?=b)", "a(=b)"}, Case{"Behind", "(?<=a)b", "(<=a)b"},
                    Case{"NegativeAhead", "a(?!b)", "a(!b)"},
                    Case{"NegativeBehind", "(?<!a)b", "(!a)b"},
                    Case{"NoWordAround", "(?<!\\w)a(?!\\w)", "<!a!>"},
                    Case{"MoreThanAWord", "(?<!\\w\\w)a(?!\\w|b)",
                         "(![0-9A-Z\\x5fa-z][0-9A-Z\\x5fa-z])a(![0-9A-Z\\x5fa-z]|b)"},
                    Case{"Nested", "(?=a(?!b)|c)", "(=a(!b)|c)"},
                    Case{"OptionsStayInside", "(?=(?i)a)a", "(=[Aa])a"},
                    Case{"NotAtomic", "(?*a)(?<*b)", "(!a)(!b)"},
                    Case{"Repeated", "(?=a)*(?<=b){2}", "(=a){0,}(<=b){2,2}"}),
    NameOf);

// What these match is more than what the patterns do.
INSTANTIATE_TEST_SUITE_P(
    Widened, RegexSyntax,
    testing::Values(Case{"Atomic", "(?>a)b", "('a)b"},
                    Case{"Possessive", "a++b?+", "a{1,}'b{0,1}'"},
                    Case{"PossessiveCounted", "a{2}+", "a{2,2}'"},
                    Case{"BackReference", "(a)\\1", "(a)~"},
                    Case{"BackReferenceOrOctal", "a\\10\\123b", "a~~b"},
                    Case{"NamedBackReference", "(?<x>a)\\k<x>\\k'x'\\k{x}(?P=x)", "(a)~~~~"},
                    Case{"NumberedBackReference", "(a)\\g1\\g{1}\\g{-1}\\g-1", "(a)~~~~"},
                    Case{"RepeatedBackReference", "(a)\\1{3}b", "(a)~b"},
                    Case{"Recursion", "a(?R)?b(?0)", "a~b~"},
                    Case{"Subroutine", "(a)(?1)(?-1)(?+1)(b)", "(a)~~~(b)"},
                    Case{"NamedSubroutine", "(?<x>a)(?&x)(?P>x)\\g<x>", "(a)~~~"},
                    Case{"Condition", "(a)?(?(1)b|c)", "(a){0,1}(?b|c)"},
                    Case{"ConditionOfALookAround", "(?(?=a)b|c)(?(?<!a)b)", "(?(=a)b|c)(?(!a)b)"},
                    Case{"ConditionOfAName", "(?(<x>)b)(?(R)c)(?(DEFINE)d)", "(?b)(?c)(?d)"},
                    Case{"ConditionBehindACallout", "(?(?C1)(?=a)b)", "(?(=a)b)"},
                    Case{"LastMatchEnd", "\\Ga", "_a"}, Case{"Grapheme", "a\\X", "a~"},
                    Case{"LineBreak", "\\R+a", "~a"},
                    Case{"Verbs", "a(*COMMIT)(*PRUNE:x)(*SKIP)(*THEN)", "a____"},
                    Case{"Marks", "(*MARK:x)a(*:y)", "_a_"}, Case{"Fail", "a(*F)(*FAIL)", "a__"},
                    Case{"OptionalAnchor", "^?a\\b*$", "_a_$"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(LeftOut, RegexSyntax,
                         testing::Values(Case{"ResetStart", "a\\Kb", "ab"},
                                         Case{"Callout", "a(?C)b(?C12)c", "abc"},
                                         Case{"RepeatedAnchor", "^+a\\b{2}", "^a<"}),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(NotModelled, RegexSyntax,
                         testing::Values(Case{"Accept", "a(*ACCEPT)b", nullptr},
                                         Case{"Utf", "(*UTF8)a", nullptr},
                                         Case{"Newline", "(*CRLF)a", nullptr},
                                         Case{"LongNames", "(*pla:a)", nullptr},
                                         Case{"ExtendedMore", "(?xx)[a b]", nullptr},
                                         Case{"NamedCharacter", "\\N{U+61}", nullptr},
                                         Case{"WordStart", "[[:<:]]a", nullptr}),
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
    EXPECT_EQ(Spell(ParseRegex(pattern, {.caseless = true}).value()),
              Spell(ParseRegex(absl::StrCat("(?i)", pattern), {}).value()))
        << pattern;
  }
}

// In PCRE2, (?i) makes [:upper:] and [:lower:] mean [:alpha:].
TEST(RegexSyntax, CaselessPosixCaseClassesAreLetters) {
  EXPECT_EQ(Spell(ParseRegex("[[:upper:]]", {.caseless = true}).value()), "[A-Za-z]");
  EXPECT_EQ(Spell(ParseRegex("[[:^lower:]]", {.caseless = true}).value()),
            Spell(ParseRegex("[^A-Za-z]", {}).value()));
}

TEST(RegexSyntax, BytesAboveAsciiAndNulStandForThemselves) {
  EXPECT_EQ(Spell(ParseRegex(absl::string_view("\xe4\0\xff", 3), {}).value()), "\\xe4\\x00\\xff");
}

// Where characters have several bytes, only ASCII is what it seems.
TEST(RegexSyntax, UnicodeWidensAllThatMayNotBeAscii) {
  const auto spell = [](absl::string_view pattern, bool caseless) {
    return Spell(ParseRegex(pattern, {.caseless = caseless, .unicode = true}).value());
  };
  EXPECT_EQ(spell("ab\\x41\\.", false), "abA\\x2e");
  EXPECT_EQ(spell("\xc3\xa4+a", false), "~~a");
  EXPECT_EQ(spell(".a\\d[ab]+\\pL\\C", false), "~a~~~~");
  EXPECT_EQ(spell("\\ba\\B(?!\\w)", false), "_a__");
  EXPECT_EQ(spell("^a$", false), "^a$");
  EXPECT_EQ(spell("aJkSx", true), "[Aa][Jj]~~[Xx]") << "K and S have a third case";
}

TEST(RegexSyntax, EdgesOfLinesAreWidenedWhereARecordHoldsNewlines) {
  const auto spell = [](absl::string_view pattern) {
    return Spell(ParseRegex(pattern, {.newlines = true}).value());
  };
  EXPECT_EQ(spell("^a$"), "^a$");
  EXPECT_EQ(spell("\\Aa\\z"), "^a$");
  EXPECT_EQ(spell("a\\Z"), "a_");
  EXPECT_EQ(spell("(?m)^a$"), "_a_");
  EXPECT_EQ(spell("(?m:^a)^(?m)^(?-m)^"), "(_a)^_^");
  EXPECT_EQ(Spell(ParseRegex("(?m)^a\\Z", {}).value()), "^a$");
}

// The parser itself has no need to recurse, and takes no more than one look at each byte.
TEST(RegexSyntax, DeepAndLongPatterns) {
  const std::string deep = absl::StrCat(std::string(100'000, '('), "a", std::string(100'000, ')'));
  EXPECT_EQ(ParseRegex(deep, {}).value().size(), 200'001u);
  std::string wide = "a";
  for (int i = 0; i < 100'000; ++i) wide += "|a{3}";
  EXPECT_EQ(ParseRegex(wide, {}).value().size(), 300'001u);
  EXPECT_FALSE(ParseRegex(absl::StrCat("a{", std::string(1000, '9'), "}("), {}).ok());
}

}  // namespace
}  // namespace bigscan
