#include "lib/members.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// A member of gzip and one of zstd, the text "x" in both.
const std::string kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x00\x00\x83\x16\xdc\x8c\x01\x00\x00\x00", 21);
const std::string kZstd("\x28\xb5\x2f\xfd\x24\x01\x09\x00\x00\x78\x25\x9e\x3f\x2b", 14);
const std::string kSkippable("\x50\x2a\x4d\x18\x04\x00\x00\x00\x0e\x00\x00\x00", 12);
const std::string kBehind(kMemberHeadBytes, ' ');

TEST(FindMember, FindsOneAnywhere) {
  for (const size_t before : {0, 1, 2, 3, 63, 64, 1000}) {
    const std::string text(before, 'x');
    EXPECT_EQ(FindMember(Compression::kGzip, text + kGzip + kBehind, 0), before);
    EXPECT_EQ(FindMember(Compression::kZstd, text + kZstd + kBehind, 0), before);
    EXPECT_EQ(FindMember(Compression::kZstd, text + kSkippable + kZstd + kBehind, 0), before);
  }
}

TEST(FindMember, GoesOnFromAPlace) {
  const std::string text = kGzip + kGzip + kBehind;
  EXPECT_EQ(FindMember(Compression::kGzip, text, 1), kGzip.size());
  EXPECT_EQ(FindMember(Compression::kGzip, text, kGzip.size()), kGzip.size());
  EXPECT_EQ(FindMember(Compression::kGzip, text, kGzip.size() + 1), std::string::npos);
}

TEST(FindMember, TakesNoneThatIsTooNearTheEnd) {
  const std::string text = kZstd + kBehind;
  EXPECT_EQ(FindMember(Compression::kZstd, text.substr(0, kMemberHeadBytes), 0), 0u);
  EXPECT_EQ(FindMember(Compression::kZstd, text.substr(0, kMemberHeadBytes - 1), 0),
            std::string::npos);
}

TEST(FindMember, TakesNothingThatCanBeNone) {
  std::string flags = kGzip + kBehind;
  flags[3] = '\x80';
  EXPECT_EQ(FindMember(Compression::kGzip, flags, 0), std::string::npos);
  std::string reserved = kZstd + kBehind;
  reserved[4] = '\x2c';
  EXPECT_EQ(FindMember(Compression::kZstd, reserved, 0), std::string::npos);
  EXPECT_EQ(FindMember(Compression::kZstd, kSkippable + kBehind + kBehind, 0), std::string::npos);
  EXPECT_EQ(FindMember(Compression::kXz, kGzip + kZstd + kBehind, 0), std::string::npos);
}

TEST(HasSegments, ASecondOneWillDo) {
  const auto many = [](const std::string& bytes, Compression compression) {
    const UniqueFd fd = FileHolding(bytes);
    return HasSegments(fd.get(), {0, bytes.size()}, compression);
  };
  EXPECT_FALSE(many(kGzip + kBehind, Compression::kGzip));
  EXPECT_TRUE(many(kGzip + kBehind + kGzip + kBehind, Compression::kGzip));
  EXPECT_FALSE(many(kSkippable + kZstd + kBehind, Compression::kZstd));
  EXPECT_TRUE(many(kSkippable + kZstd + kBehind + kZstd + kBehind, Compression::kZstd));
  EXPECT_FALSE(many("", Compression::kGzip));
}

TEST(HasSegments, TheSecondOneBeginsInTheFirstHalf) {
  const std::string late = kGzip + std::string(1'500'000, 'x') + kGzip + kBehind;
  for (const bool more : {false, true}) {
    const std::string bytes = late + std::string(more ? 1'600'000 : 1'400'000, 'x');
    const UniqueFd fd = FileHolding(bytes);
    EXPECT_EQ(HasSegments(fd.get(), {0, bytes.size()}, Compression::kGzip), more);
  }
}

}  // namespace
}  // namespace bigscan
