#include "lib/text_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr char kWrong[] = "\xef\xbf\xbd";

// Feeds `in` to the decoder `piece` bytes at a time, with `room` for what comes out of each call.
std::string Decode(TextDecoder* decoder, absl::string_view in, size_t piece, size_t room) {
  std::string out;
  std::vector<char> buffer(room);
  size_t begin = 0;
  size_t end = 0;
  while (true) {
    const bool last = end == in.size();
    const auto progress = decoder->Decode(in.substr(begin, end - begin), last, buffer.data(), room);
    EXPECT_LE(progress.produced, room);
    begin += progress.consumed;
    out.append(buffer.data(), progress.produced);
    if (progress.consumed == 0 && progress.produced == 0) {
      if (last) break;
      end = std::min(in.size(), end + piece);
    }
  }
  EXPECT_EQ(begin, in.size());
  return out;
}

std::string DecodeAs(absl::string_view label, absl::string_view in, size_t piece = SIZE_MAX / 2,
                     size_t room = 4096) {
  const TextEncoding encoding = TextEncoding::ByName(label).value();
  const auto decoder = encoding.DecoderFor(in.substr(0, 8));
  return decoder == nullptr ? std::string(in) : Decode(decoder.get(), in, piece, room);
}

using std::string_literals::operator""s;

TEST(TextDecoder, EveryCutOfTheInputGivesTheSame) {
  // a, U+e9, U+20ac, U+1f600, a lone high surrogate, b, a lone low one, half a unit.
  const std::string little =
      "\xff\xfe"
      "a\0\xe9\0\xac\x20\x3d\xd8\x00\xde\x00\xd8"
      "b\0\x00\xdc"
      "c"s;
  const std::string wanted =
      "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" + std::string(kWrong) + "b" + kWrong + kWrong;
  std::string big = little.substr(0, little.size() - 1);
  for (size_t i = 0; i + 1 < big.size(); i += 2) std::swap(big[i], big[i + 1]);
  big += 'c';
  for (size_t piece = 1; piece < 20; ++piece) {
    for (size_t room : {64, 65, 1000}) {
      EXPECT_EQ(DecodeAs("auto", little, piece, room), wanted);
      EXPECT_EQ(DecodeAs("auto", big, piece, room), wanted);
    }
  }
}

TEST(TextDecoder, LongTextsAgreeWithIconv) {
  Random random(1);
  std::string little;
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t kind = Pick(&random, 10);
    const uint64_t unit = kind < 8 ? Pick(&random, 128) : Pick(&random, 0xd800);
    little += static_cast<char>(unit);
    little += static_cast<char>(unit >> 8);
  }
  // The name that glibc has for the same, which is not one of ours.
  const std::string by_iconv = DecodeAs("UNICODELITTLE", little);
  for (size_t piece : {1, 7, 100'000}) EXPECT_EQ(DecodeAs("utf-16le", little, piece), by_iconv);
}

TEST(TextDecoder, OnlyTheFirstMarkIsDropped) {
  EXPECT_EQ(DecodeAs("utf-16le",
                     "\xff\xfe\xff\xfe"
                     "a\0"s),
            "\xef\xbb\xbf"
            "a");
}

TEST(TextDecoder, HalfACharacterAtTheEndIsWrong) {
  EXPECT_EQ(DecodeAs("euc-jp", "a\xa4"), std::string("a") + kWrong);
  EXPECT_EQ(DecodeAs("euc-jp",
                     "\xff"
                     "a\xff"),
            std::string(kWrong) + "a" + kWrong);
}

TEST(TextDecoder, Latin1IsNoWindows) {
  EXPECT_EQ(DecodeAs("latin1", "\x80"), "\xc2\x80");
  EXPECT_EQ(DecodeAs("windows-1252", "\x80"), "\xe2\x82\xac");
}

TEST(TextEncoding, AutoTakesWhatHasNoMarkAsItIs) {
  const TextEncoding encoding = TextEncoding::ByName("auto").value();
  for (absl::string_view head : {"", "abc", "\xef\xbb\xbfx", "\xff"}) {
    EXPECT_EQ(encoding.DecoderFor(head), nullptr);
  }
}

TEST(TextEncoding, AskForMoreOnlyWhereItMatters) {
  const TextEncoding encoding = TextEncoding::ByName("auto").value();
  EXPECT_TRUE(encoding.NeedsMore(""));
  EXPECT_TRUE(encoding.NeedsMore("\xff"));
  EXPECT_TRUE(encoding.NeedsMore("\xfe"));
  EXPECT_FALSE(encoding.NeedsMore("a"));
  EXPECT_FALSE(encoding.NeedsMore("\xff\xfe"));
  EXPECT_FALSE(TextEncoding::ByName("none").value().NeedsMore(""));
}

TEST(TextEncoding, UnknownNamesAreErrors) {
  for (const char* name : {"", "nonsense", "utf-8//TRANSLIT", "a,b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(TextEncoding::ByName(name).status())) << name;
  }
}

}  // namespace
}  // namespace bigscan
