#include "lib/duration.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

TEST(Duration, NumbersWithUnits) {
  const struct {
    const char* text;
    int64_t micros;
  } cases[] = {{"500ms", 500'000},
               {"90s", 90'000'000},
               {"5m", 300'000'000},
               {"1h30m", 5'400'000'000},
               {"1h30m15s250ms", 5'415'250'000},
               {"2d", 172'800'000'000},
               {"1w", 604'800'000'000},
               {"0h1s", 1'000'000},
               {"1s1s", 2'000'000},
               {"9223372036854775ms", 9223372036854775000}};
  for (const auto& c : cases) EXPECT_EQ(ParseDuration(c.text).value_or(-1), c.micros) << c.text;
}

TEST(Duration, APlainNumberIsOfSeconds) {
  EXPECT_EQ(ParseDuration("90").value_or(-1), 90'000'000);
  EXPECT_EQ(ParseDuration("007").value_or(-1), 7'000'000);
}

TEST(Duration, NoDuration) {
  for (const char* text : {"",
                           "s",
                           "-5m",
                           "+5m",
                           " 5m",
                           "5m ",
                           "5 m",
                           "5x",
                           "5M",
                           "1h30",
                           "30m1",
                           "1.5h",
                           "0",
                           "0s",
                           "0m0s",
                           "ms",
                           "5us",
                           "1h-30m",
                           "99999999999999999999s",
                           "9223372036855s",
                           "15250285w",
                           "9223372036854s1s",
                           "5m\x80"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << '"' << text << '"';
  }
}

TEST(Duration, TheErrorNamesTheText) {
  EXPECT_EQ(
      ParseDuration("5x").status().message(),
      "invalid duration '5x': expected whole numbers with a unit (ms, s, m, h, d, w), such as "
      "1h30m");
  EXPECT_EQ(ParseDuration("0s").status().message(), "invalid duration '0s': must be more than 0");
  EXPECT_EQ(ParseDuration("99999999w").status().message(),
            "invalid duration '99999999w': too long");
}

TEST(Duration, AsText) {
  for (const char* text : {"500ms", "5s", "1m30s", "1h", "2d3h", "8d1ms"}) {
    EXPECT_EQ(FormatDuration(ParseDuration(text).value_or(1000)), text);
  }
  EXPECT_EQ(FormatDuration(ParseDuration("90").value_or(1000)), "1m30s");
  EXPECT_EQ(FormatDuration(5'000'999), "5s");
}

}  // namespace
}  // namespace bigscan
