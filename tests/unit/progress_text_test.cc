#include "cmd/progress_text.h"

#include <gtest/gtest.h>

#include "absl/strings/str_join.h"

namespace bigscan {
namespace {

std::string Text(const ProgressState& state) { return absl::StrJoin(ProgressParts(state), ", "); }

TEST(ProgressText, OfKnownInput) {
  EXPECT_EQ(Text({.bytes = 1'200'000'000,
                  .all_bytes = 4'000'000'000,
                  .files = 1,
                  .all_files = 2,
                  .selected = 1,
                  .recent_us = 2'000'000,
                  .recent_bytes = 800'000'000,
                  .worker_us = 4'000'000,
                  .blocked_us = 320'000,
                  .waited_us = 40'000}),
            "1.2 GB of 4.0 GB (30%), 400 MB/s, 7 s left, 1 record selected, 1 of 2 files, "
            "workers 91% busy, 8% waiting for data, 1% idle");
}

TEST(ProgressText, OfAStreamThereIsNoTotalAndNoEnd) {
  EXPECT_EQ(Text({.bytes = 999, .selected = 2, .recent_us = 1'000'000, .recent_bytes = 10}),
            "999 B, 10 B/s, 2 records selected, 0 files");
}

TEST(ProgressText, OfOneFileItsNumberIsNotTold) {
  EXPECT_EQ(Text({.bytes = 5, .all_bytes = 10, .all_files = 1}),
            "5 B of 10 B (50%), 0 B/s, 0 records selected");
}

TEST(ProgressText, IsNotCompleteBeforeTheEnd) {
  EXPECT_EQ(ProgressParts({.bytes = 9'999, .all_bytes = 10'000}).front(), "10 kB of 10 kB (99%)");
}

TEST(ProgressText, AFileThatHasGrownHasNoTotal) {
  EXPECT_EQ(ProgressParts({.bytes = 11, .all_bytes = 10}).front(), "11 B");
}

TEST(ProgressText, NothingAtAllIsAllOfIt) {
  EXPECT_EQ(ProgressParts({.bytes = 0, .all_bytes = 0}).front(), "0 B of 0 B");
}

TEST(ProgressText, AtTheEnd) {
  EXPECT_EQ(Text({.bytes = 3'000,
                  .all_bytes = 3'000,
                  .files = 1,
                  .all_files = 1,
                  .wall_us = 1'500'000,
                  .worker_us = 1,
                  .ended = true}),
            "3.0 kB of 3.0 kB (100%), 2.0 kB/s, in 1.5 s, 0 records selected");
}

TEST(ProgressText, UnitsAndTimes) {
  const auto left = [](uint64_t seconds) {
    return ProgressParts(
        {.bytes = 0, .all_bytes = seconds * 1000, .recent_us = 1'000'000, .recent_bytes = 1000})[2];
  };
  EXPECT_EQ(left(59), "59 s left");
  EXPECT_EQ(left(61), "1 min 01 s left");
  EXPECT_EQ(left(3599), "59 min 59 s left");
  EXPECT_EQ(left(7260), "2 h 01 min left");
  const auto bytes = [](uint64_t bytes) { return ProgressParts({.bytes = bytes}).front(); };
  EXPECT_EQ(bytes(1000), "1.0 kB");
  EXPECT_EQ(bytes(999'600), "1.0 MB");
  EXPECT_EQ(bytes(9'960'000), "10 MB");
  EXPECT_EQ(bytes(UINT64_MAX), "18 EB");
}

// They are sampled one by one while they change.
TEST(ProgressText, CountersThatDoNotFitTogether) {
  EXPECT_EQ(ProgressParts({.worker_us = 100, .blocked_us = 150, .waited_us = 50}).back(),
            "workers 0% busy, 100% waiting for data");
}

}  // namespace
}  // namespace bigscan
