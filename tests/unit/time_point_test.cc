#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "absl/time/time.h"
#include "lib/time_format.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kNow = 1'795'766'700 * kSecond;  // 2026-11-27T08:05:00Z

std::string TimePoint(absl::string_view text, int32_t zone_seconds = 0) {
  const absl::StatusOr<int64_t> micros = ParseTimePoint(text, {kNow, zone_seconds});
  return micros.ok() ? FormatTime(*micros) : "none";
}

TEST(FormatTime, FractionsWithoutTrailingZeros) {
  EXPECT_EQ(FormatTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(kNow), "2026-11-27T08:05:00Z");
  EXPECT_EQ(FormatTime(kNow + 500'000), "2026-11-27T08:05:00.5Z");
  EXPECT_EQ(FormatTime(kNow + 1), "2026-11-27T08:05:00.000001Z");
  EXPECT_EQ(FormatTime(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatTime, AsAbseil) {
  const auto by_abseil = [](int64_t micros) {
    return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixMicros(micros),
                            absl::UTCTimeZone());
  };
  Random random(1);
  for (int64_t micros : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(),
                         int64_t{0}, int64_t{-1}}) {
    EXPECT_EQ(FormatTime(micros), by_abseil(micros)) << micros;
  }
  for (int i = 0; i < 20000; ++i) {
    const int64_t micros = static_cast<int64_t>(random()) >> Pick(&random, 64);
    EXPECT_EQ(FormatTime(micros), by_abseil(micros)) << micros;
  }
}

TEST(ParseZone, NamesOfUtcAndOffsets) {
  const struct {
    const char* text;
    int32_t seconds;
  } cases[] = {{"UTC", 0},         {"GMT", 0},        {"Z", 0},          {"+00:00", 0},
               {"+02:00", 7200},   {"+0200", 7200},   {"+02", 7200},     {"-0700", -25200},
               {"-03:30", -12600}, {"+14:00", 50400}, {"+23:59", 86340}, {"-12", -43200}};
  for (const auto& c : cases) EXPECT_EQ(ParseZone(c.text).value_or(-1), c.seconds) << c.text;
}

TEST(ParseZone, NoZone) {
  for (const char* text : {"", "+", "+2", "2", "0200", "+2:00", "+24:00", "+02:60", "+02:0",
                           "+02:000", "utc", "UTC+2", " UTC", "Z ", "CET"}) {
    EXPECT_FALSE(ParseZone(text).ok()) << '"' << text << '"';
  }
  EXPECT_EQ(
      ParseZone("Europe/Berlin").status().message(),
      "invalid time zone 'Europe/Berlin': expected UTC or an offset such as +02:00; names of the "
      "tz database, such as Europe/Berlin, are not supported");
}

TEST(TimePoint, Times) {
  const struct {
    const char* text;
    const char* time;
  } cases[] = {{"now", "2026-11-27T08:05:00Z"},
               {"2026-11-27", "2026-11-27T00:00:00Z"},
               {"2026-11-27 08:05", "2026-11-27T08:05:00Z"},
               {"2026-11-27T08:05", "2026-11-27T08:05:00Z"},
               {"2026-11-27T08:05+02:00", "2026-11-27T06:05:00Z"},
               {"2026-11-27T08:05:09.5Z", "2026-11-27T08:05:09.5Z"},
               {"2026-11-27 08:05:09+02:00", "2026-11-27T06:05:09Z"},
               {"@1700000000", "2023-11-14T22:13:20Z"},
               {"@1700000000.25", "2023-11-14T22:13:20.25Z"},
               {"@0", "1970-01-01T00:00:00Z"},
               {"1700000000", "2023-11-14T22:13:20Z"},
               {"1700000000123", "2023-11-14T22:13:20.123Z"},
               {"27/Nov/2026:08:05:09 +0100", "2026-11-27T07:05:09Z"},
               {"Fri Nov 27 08:05:09 2026", "2026-11-27T08:05:09Z"},
               {"Nov 30 08:05:09", "2025-11-30T08:05:09Z"},
               {"2026/11/27 08:05:09", "2026-11-27T08:05:09Z"}};
  for (const auto& c : cases) EXPECT_EQ(TimePoint(c.text), c.time) << c.text;
}

TEST(TimePoint, ADurationIsBeforeNow) {
  EXPECT_EQ(TimePoint("90s"), "2026-11-27T08:03:30Z");
  EXPECT_EQ(TimePoint("300"), "2026-11-27T08:00:00Z");
  EXPECT_EQ(TimePoint("1h5m"), "2026-11-27T07:00:00Z");
  EXPECT_EQ(TimePoint("1w"), "2026-11-20T08:05:00Z");
  EXPECT_EQ(ParseTimePoint("1w", {std::numeric_limits<int64_t>::min(), 0}).value_or(0),
            std::numeric_limits<int64_t>::min());
}

TEST(TimePoint, TheContextsZoneIsForTimesWithoutOne) {
  EXPECT_EQ(TimePoint("2026-11-27", 3600), "2026-11-26T23:00:00Z");
  EXPECT_EQ(TimePoint("2026-11-27T08:05:09Z", 3600), "2026-11-27T08:05:09Z");
  EXPECT_EQ(TimePoint("@1700000000", 3600), "2023-11-14T22:13:20Z");
  EXPECT_EQ(TimePoint("1h", 3600), "2026-11-27T07:05:00Z");
}

TEST(TimePoint, NoTime) {
  for (const char* text : {"", "yesterday", "@", "@x", "-1h", "2026-11-31", "2026-11-27T",
                           "2026-11-27 24:00", "2026-11-27Z", " now", "0s", "08:05", "20261127"}) {
    EXPECT_EQ(TimePoint(text), "none") << '"' << text << '"';
  }
  EXPECT_EQ(
      ParseTimePoint("soon", {kNow, 0}).status().message(),
      "invalid time 'soon': expected a time such as 2026-11-27T08:05:00Z or @1700000000, or a "
      "duration before now such as 1h30m");
  EXPECT_EQ(
      ParseTimePoint("20261127", {kNow, 0}).status().message(),
      "invalid time '20261127': write @ before seconds since 1970, or s behind seconds before "
      "now");
}

}  // namespace
}  // namespace bigscan
