#include "lib/byte_set.h"

#include <ctype.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "lib/record_matcher.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// The set of the bytes that PCRE2 lets `regex` match.
ByteSet SetByPcre2(const std::string& regex, bool caseless = false) {
  absl::StatusOr<RecordMatcher> matcher =
      RecordMatcher::Compile({.text = "\\A(?:" + regex + ")\\z", .caseless = caseless});
  EXPECT_TRUE(matcher.ok()) << regex << ": " << matcher.status();
  ByteSet set;
  for (int byte = 0; matcher.ok() && byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    set[byte] = matcher->Matches(absl::string_view(&c, 1)).value();
  }
  return set;
}

TEST(ByteSet, EscapeClassesAreThoseOfPcre2) {
  for (char letter : std::string("dDwWsShHvV")) {
    ASSERT_TRUE(EscapeClass(letter).has_value()) << letter;
    EXPECT_EQ(*EscapeClass(letter), SetByPcre2(std::string("\\") + letter)) << letter;
  }
}

TEST(ByteSet, OtherLettersAreNoClass) {
  for (int byte = 0; byte < 256; ++byte) {
    const char letter = static_cast<char>(byte);
    if (std::string("dDwWsShHvV").find(letter) == std::string::npos) {
      EXPECT_FALSE(EscapeClass(letter).has_value()) << byte;
    }
  }
}

TEST(ByteSet, PosixClassesAreThoseOfPcre2) {
  for (const char* name : {"alpha", "lower", "upper", "digit", "alnum", "xdigit", "word", "space",
                           "blank", "cntrl", "graph", "print", "punct", "ascii"}) {
    ASSERT_TRUE(PosixClass(name).has_value()) << name;
    EXPECT_EQ(*PosixClass(name), SetByPcre2(std::string("[[:") + name + ":]]")) << name;
  }
}

TEST(ByteSet, UnknownPosixClass) {
  EXPECT_FALSE(PosixClass("").has_value());
  EXPECT_FALSE(PosixClass("Alpha").has_value());
}

TEST(ByteSet, BytesIncludesBothEnds) {
  const ByteSet set = Bytes(0xfe, 0xff);
  EXPECT_EQ(set.count(), 2u);
  EXPECT_TRUE(set[0xfe] && set[0xff]);
}

TEST(ByteSet, CloseUnderCaseAddsTheOtherCaseOfAsciiLettersOnly) {
  for (int byte = 0; byte < 256; ++byte) {
    ByteSet expected = SingleByte(static_cast<unsigned char>(byte));
    if (byte < 128 && isalpha(byte)) expected.set(tolower(byte)).set(toupper(byte));
    EXPECT_EQ(CloseUnderCase(SingleByte(static_cast<unsigned char>(byte))), expected) << byte;
  }
}

TEST(ByteSet, ToRegexOfOneByteMatchesThatByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const ByteSet set = SingleByte(static_cast<unsigned char>(byte));
    ASSERT_EQ(SetByPcre2(ToRegex(set)), set) << ToRegex(set);
  }
}

TEST(ByteSet, ToRegexOfRandomSetsMatchesTheSet) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    ByteSet set;
    while (set.none()) {
      // Runs of bytes, so that ranges come up as well as single bytes.
      for (uint64_t runs = Pick(&random, 6); runs > 0; --runs) {
        const uint64_t first = Pick(&random, 256);
        const uint64_t last = std::min<uint64_t>(255, first + Pick(&random, 1 << Pick(&random, 7)));
        set |= Bytes(static_cast<unsigned char>(first), static_cast<unsigned char>(last));
      }
      if (Pick(&random, 4) == 0) set = ~set;
    }
    ASSERT_EQ(SetByPcre2(ToRegex(set)), set) << "seed " << seed << ": " << ToRegex(set);
  }
}

// Not within (?s): the dot must not hold the newline.
TEST(ByteSet, ToRegexOfAllButNewlineIsADot) { EXPECT_EQ(ToRegex(~SingleByte('\n')), "."); }

TEST(ByteSet, ToRegexWritesShortForms) {
  EXPECT_EQ(ToRegex(SingleByte('a')), "a");
  EXPECT_EQ(ToRegex(SingleByte('.')), "\\x2e");
  EXPECT_EQ(ToRegex(~SingleByte('.') & ~SingleByte('\n')), "[\\x00-\\x09\\x0b-\\x2d\\x2f-\\xff]");
}

}  // namespace
}  // namespace bigscan
