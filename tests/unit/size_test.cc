#include "cmd/size.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bigscan {
namespace {

TEST(Size, BytesAndSuffixes) {
  const struct {
    const char* text;
    uint64_t size;
  } cases[] = {{"0", 0},
               {"4096", 4096},
               {"1K", 1 << 10},
               {"64k", 64 << 10},
               {"64KB", 64 << 10},
               {"64KiB", 64 << 10},
               {"64kib", 64 << 10},
               {"4M", 4 << 20},
               {"1G", 1 << 30},
               {"2T", uint64_t{2} << 40},
               {"18446744073709551615", UINT64_MAX},
               {"16777215T", uint64_t{16777215} << 40}};
  for (const auto& c : cases) EXPECT_EQ(ParseSize(c.text), c.size) << c.text;
}

TEST(Size, NoSize) {
  for (const char* text : {"", "K", "-1", "+1", " 1", "1 ", "1 K", "1X", "1Ki", "1B", "1KBB",
                           "1.5K", "0x10", "18446744073709551616", "16777216T"}) {
    EXPECT_FALSE(ParseSize(text).has_value()) << '"' << text << '"';
  }
}

TEST(CpuList, NumbersAndRangesInTheOrderGiven) {
  EXPECT_EQ(ParseCpuList("0"), std::vector<int>{0});
  EXPECT_EQ(ParseCpuList("0,2-5"), (std::vector<int>{0, 2, 3, 4, 5}));
  EXPECT_EQ(ParseCpuList("3,1"), (std::vector<int>{3, 1}));
  EXPECT_EQ(ParseCpuList("2-2"), std::vector<int>{2});
}

TEST(CpuList, NoList) {
  for (const char* text : {"", ",", "0,", ",0", "-1", "1-", "-", "2-1", "1--2", "1-2-3", "x", "1x",
                           "0x1", "4096", "0-999999999", "99999999999"}) {
    EXPECT_FALSE(ParseCpuList(text).has_value()) << '"' << text << '"';
  }
}

}  // namespace
}  // namespace bigscan
