#include "cmd/result_part.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

TEST(ResultPart, PartsComeBackInOrder) {
  std::string result;
  AppendResultPart({.begin = 5, .end = 1000, .records = 300, .bytes = "first"}, &result);
  AppendResultPart({.status = ResultPart::Status::kLost, .begin = 1 << 20, .bytes = ""}, &result);
  AppendResultPart({.status = ResultPart::Status::kFailed, .bytes = "why"}, &result);
  absl::string_view rest = result;
  const ResultPart first = TakeResultPart(&rest).value();
  EXPECT_EQ(first.status, ResultPart::Status::kPiece);
  EXPECT_EQ(first.begin, 5u);
  EXPECT_EQ(first.end, 1000u);
  EXPECT_EQ(first.records, 300u);
  EXPECT_EQ(first.bytes, "first");
  EXPECT_EQ(TakeResultPart(&rest).value().begin, uint64_t{1} << 20);
  EXPECT_EQ(TakeResultPart(&rest).value().bytes, "why");
  EXPECT_FALSE(TakeResultPart(&rest).has_value());
}

TEST(ResultPart, WhatIsCutOrWrongIsNone) {
  std::string result;
  AppendResultPart({.records = 300, .bytes = "bytes"}, &result);
  for (size_t size = 0; size < result.size(); ++size) {
    absl::string_view cut = absl::string_view(result).substr(0, size);
    EXPECT_FALSE(TakeResultPart(&cut).has_value()) << size;
  }
  result[0] = 100;
  absl::string_view wrong = result;
  EXPECT_FALSE(TakeResultPart(&wrong).has_value());
}

}  // namespace
}  // namespace bigscan
