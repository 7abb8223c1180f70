#include "cmd/message.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

TEST(Printable, TextIsLeftAlone) {
  EXPECT_EQ(Printable("a b\\~"), "a b\\~");
  EXPECT_EQ(Printable("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST(Printable, ControlCharactersBecomeEscapes) {
  EXPECT_EQ(Printable("\x1b[2J\n\t\x7f"), "\\x1b[2J\\x0a\\x09\\x7f");
  EXPECT_EQ(Printable(absl::string_view("\0", 1)), "\\x00");
}

// U+009B begins a control sequence as ESC [ does.
TEST(Printable, ControlCharactersOfUtf8BecomeEscapes) {
  const std::string text = Printable(
      "\xc2\x9b"
      "2J");
  EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos) << text;
}

TEST(PrintMessage, IsOneLineOnStderr) {
  testing::internal::CaptureStderr();
  PrintMessage("a\nb");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "bigscan: a\\x0ab\n");
}

}  // namespace
}  // namespace bigscan
