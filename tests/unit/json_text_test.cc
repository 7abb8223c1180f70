#include "lib/json_text.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

std::string Json(absl::string_view bytes) {
  std::string json;
  AppendJsonBytes(bytes, &json);
  return json;
}

TEST(JsonText, EscapesWhatMustBe) {
  EXPECT_EQ(Json("a\"\\\n\t\x01\x1b\x7f"), R"({"text":"a\"\\\n\t\u0001\u001B)"
                                           "\x7f\"}");
}

TEST(JsonText, WhatIsNotUtf8IsBase64) { EXPECT_EQ(Json("\xff foo\n"), R"({"bytes":"/yBmb28K"})"); }

TEST(JsonText, LongOnesAreTheSameInSlices) {
  const std::string text(100'000, 'x');
  EXPECT_TRUE(Json(text) == "{\"text\":\"" + text + "\"}");
  const std::string bytes(100'000, '\xff');
  EXPECT_TRUE(Json(bytes) == "{\"bytes\":\"" + absl::Base64Escape(bytes) + "\"}");
}

TEST(IsUtf8, TellsWellFormedBytes) {
  for (const char* good : {"", "a", "\xc3\xa9", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80",
                           "\xf4\x8f\xbf\xbf", "0123456789\xc3\xa9"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "0123456789\xc3", "\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace bigscan
