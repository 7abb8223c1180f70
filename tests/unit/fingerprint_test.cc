#include "lib/fingerprint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "lib/temporary_file.h"

namespace bigscan {
namespace {

std::string Text(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += static_cast<char>(i * i / 7 + i);
  return text;
}

TEST(Fingerprint, IsOfTheLastBytes) {
  const std::string text = Text(3 * kFingerprintBytes);
  EXPECT_EQ(FingerprintOf(text).bytes, kFingerprintBytes);
  EXPECT_EQ(FingerprintOf(text), FingerprintOf(text.substr(1)));
  EXPECT_FALSE(FingerprintOf(text) == FingerprintOf(text.substr(0, text.size() - 1)));
  EXPECT_EQ(FingerprintOf("abc").bytes, 3u);
  EXPECT_FALSE(FingerprintOf("abc") == FingerprintOf("bc"));
}

TEST(Fingerprint, IsTheSameOfAFileAndOfPieces) {
  const std::string text = Text(5 * kFingerprintBytes);
  const int fd = OpenUnnamedFile(testing::TempDir());
  ASSERT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  for (const uint64_t place :
       {uint64_t{0}, uint64_t{1}, kFingerprintBytes - 1, kFingerprintBytes, kFingerprintBytes + 1,
        3 * kFingerprintBytes, 5 * kFingerprintBytes}) {
    const auto of_file = FingerprintBefore(fd, place);
    ASSERT_TRUE(of_file.ok() && of_file->has_value());
    EXPECT_EQ(**of_file, FingerprintOf(text.substr(0, place)));
    for (const size_t piece : {size_t{1}, size_t{1000}, size_t{5000}, text.size()}) {
      FingerprintTaker taker(place);
      for (size_t at = 0; at < text.size(); at += piece) taker.Append(text.substr(at, piece));
      ASSERT_TRUE(taker.taken().has_value());
      EXPECT_EQ(*taker.taken(), **of_file) << place << " in pieces of " << piece;
      EXPECT_EQ(taker.size(), text.size());
    }
  }
  close(fd);
}

TEST(Fingerprint, OfAShorterTextIsNone) {
  const int fd = OpenUnnamedFile(testing::TempDir());
  ASSERT_EQ(write(fd, "abc", 3), 3);
  const auto of_file = FingerprintBefore(fd, 4);
  ASSERT_TRUE(of_file.ok());
  EXPECT_FALSE(of_file->has_value());
  close(fd);
  FingerprintTaker taker(4);
  taker.Append("abc");
  EXPECT_FALSE(taker.taken().has_value());
}

TEST(Fingerprint, OfWhatCanNotBeReadFails) { EXPECT_FALSE(FingerprintBefore(-1, 1).ok()); }

}  // namespace
}  // namespace bigscan
