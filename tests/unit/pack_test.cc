#include "cmd/pack.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

TEST(ReadPackedFile, ReadsAsMuchAsThereWasAndNoMore) {
  std::string buffer;
  PackedFile file{FileHolding("contents"), 8};
  EXPECT_EQ(ReadPackedFile(file, &buffer)->bytes, "contents");
  file.size = 4;  // it has grown
  EXPECT_EQ(ReadPackedFile(file, &buffer)->bytes, "cont");
  EXPECT_FALSE(ReadPackedFile(file, &buffer)->truncated);
}

TEST(ReadPackedFile, AFileThatHasShrunkIsTruncated) {
  std::string buffer;
  const PackedFile file{FileHolding("contents"), 8};
  ASSERT_EQ(ftruncate(file.fd.get(), 3), 0);
  EXPECT_EQ(ReadPackedFile(file, &buffer)->bytes, "con");
  EXPECT_TRUE(ReadPackedFile(file, &buffer)->truncated);
}

TEST(ReadPackedFile, WhatCanNotBeReadIsAnError) {
  std::string buffer;
  const PackedFile file{UniqueFd(open("/tmp", O_RDONLY)), 8};
  EXPECT_EQ(ReadPackedFile(file, &buffer).status().message(), "Is a directory");
}

}  // namespace
}  // namespace bigscan
