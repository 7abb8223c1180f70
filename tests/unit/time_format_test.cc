#include "lib/time_format.h"

#include <gtest/gtest.h>
#include <time.h>

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kNow = 1'795'766'700 * kSecond;  // 2026-11-27T08:05:00Z, a Friday
constexpr TimeContext kContext = {kNow, 0};

// The time that all of `text` is, or "none".
std::string Parse(absl::string_view format, absl::string_view text,
                  const TimeContext& context = kContext) {
  const auto parsed = TimeFormat::Compile(format).value().Parse(text, context);
  return parsed.has_value() && parsed->size == text.size() ? FormatTime(parsed->micros) : "none";
}

std::string CompileError(absl::string_view format) {
  return std::string(TimeFormat::Compile(format).status().message());
}

std::string ByStrftime(const char* format, const tm& time) {
  char text[256];
  return std::string(text, strftime(text, sizeof(text), format, &time));
}

TEST(TimeFormat, Conversions) {
  const struct {
    const char* format;
    const char* text;
  } cases[] = {{"%Y-%m-%d %H:%M:%S", "2026-11-27 08:05:09"},
               {"%y%m%d%H%M%S", "261127080509"},
               {"%d/%b/%Y:%T %z", "27/Nov/2026:10:05:09 +0200"},
               {"%d/%B/%Y:%T %z", "27/november/2026:02:35:09 -05:30"},
               {"%a, %d %h %Y %T%z", "Fri, 27 NOV 2026 10:05:09+02"},
               {"%A %e %b %Y %T %Z", "friday 27 Nov 2026 08:05:09 GMT"},
               {"%D %I:%M:%S %p", "11/27/26 08:05:09 AM"},
               {"%p %I:%M:%S %m/%d/%Y", "am 8:5:9 11/27/2026"},
               {"%Y %j %T", "2026 331 08:05:09"},
               {"%F%n%T", "2026-11-27 \t 08:05:09"},
               {"%F   %t %T%Z", "2026-11-27 08:05:09UTC"},
               {"%%%F T%T", "%2026-11-27 T08:05:09"},
               {"%s", "1795766709"},
               {"[%s]", "[1795766709]"},
               {"%F %T%?z", "2026-11-27 08:05:09"},
               {"%F %T%?z", "2026-11-27 10:05:09 +0200"},
               {"%F %T%?z", "2026-11-27 10:05:09+02"},
               {"%F %T%?z", "2026-11-27 08:05:09 UTC"},
               {"%?s", "1795766709"},
               {"%?s", "1795766709000"},
               {"%?s", "1795766709000000"}};
  for (const auto& c : cases) {
    EXPECT_EQ(Parse(c.format, c.text), "2026-11-27T08:05:09Z") << c.format << " / " << c.text;
  }
}

TEST(TimeFormat, Fractions) {
  EXPECT_EQ(Parse("%F %T.%f", "2026-11-27 08:05:09.5"), "2026-11-27T08:05:09.5Z");
  EXPECT_EQ(Parse("%F %T.%f", "2026-11-27 08:05:09.123456789"), "2026-11-27T08:05:09.123456Z");
  EXPECT_EQ(Parse("%F %T.%f", "2026-11-27 08:05:09.1234567890"), "none");
  EXPECT_EQ(Parse("%F %T.%f", "2026-11-27 08:05:09."), "none");
  EXPECT_EQ(Parse("%F %T%.f", "2026-11-27 08:05:09,000001"), "2026-11-27T08:05:09.000001Z");
  EXPECT_EQ(Parse("%F %T%.f", "2026-11-27 08:05:09"), "2026-11-27T08:05:09Z");
  EXPECT_EQ(Parse("%F %T%.f", "2026-11-27 08:05:09."), "none");
  EXPECT_EQ(Parse("%s", "1795766709.25"), "2026-11-27T08:05:09.25Z");
  EXPECT_EQ(Parse("%s.%f", "1795766709.25"), "2026-11-27T08:05:09.25Z");
  EXPECT_EQ(Parse("%?s", "1795766709123"), "2026-11-27T08:05:09.123Z");
  EXPECT_EQ(Parse("%?s", "1795766709.000001"), "2026-11-27T08:05:09.000001Z");
}

TEST(TimeFormat, HalvesOfADay) {
  EXPECT_EQ(Parse("%F %I %p", "2026-11-27 12 AM"), "2026-11-27T00:00:00Z");
  EXPECT_EQ(Parse("%F %I %p", "2026-11-27 1 AM"), "2026-11-27T01:00:00Z");
  EXPECT_EQ(Parse("%F %I %p", "2026-11-27 12 pm"), "2026-11-27T12:00:00Z");
  EXPECT_EQ(Parse("%F %I %p", "2026-11-27 11 PM"), "2026-11-27T23:00:00Z");
}

TEST(TimeFormat, RangesAreStrict) {
  const struct {
    const char* format;
    const char* text;
  } cases[] = {{"%F", "2026-13-01"},
               {"%F", "2026-00-01"},
               {"%F", "2026-11-31"},
               {"%F", "2026-02-29"},
               {"%F", "2026-11-00"},
               {"%F", "26-11-27"},
               {"%F %H", "2026-11-27 24"},
               {"%F %R", "2026-11-27 23:60"},
               {"%F %T", "2026-11-27 23:59:61"},
               {"%Y %j", "2026 366"},
               {"%Y %j", "2026 0"},
               {"%F %I%p", "2026-11-27 0AM"},
               {"%F %I%p", "2026-11-27 13PM"},
               {"%F%z", "2026-11-27+2400"},
               {"%F%z", "2026-11-27+0060"},
               {"%F%z", "2026-11-27+2"},
               {"%F%Z", "2026-11-27CET"},
               {"%b %d", "Nob 27"},
               {"%a %F", "Fry 2026-11-27"},
               {"%?s", "17957667091"},
               {"%s", "1795766709123"},
               {"%F %T", "2026-11-2708:05:09"},
               {"%F", ""},
               {"%F", "2026-11"}};
  for (const auto& c : cases)
    EXPECT_EQ(Parse(c.format, c.text), "none") << c.format << " / " << c.text;
}

TEST(TimeFormat, LeapDaysAndSeconds) {
  EXPECT_EQ(Parse("%F", "2028-02-29"), "2028-02-29T00:00:00Z");
  EXPECT_EQ(Parse("%F", "2000-02-29"), "2000-02-29T00:00:00Z");
  EXPECT_EQ(Parse("%F", "2100-02-29"), "none");
  EXPECT_EQ(Parse("%Y %j", "2028 366"), "2028-12-31T00:00:00Z");
  EXPECT_EQ(Parse("%F %T", "2016-12-31 23:59:60"), "2017-01-01T00:00:00Z");
}

TEST(TimeFormat, TheYearIsTheLatestUpToADayFromNow) {
  EXPECT_EQ(Parse("%b %e", "Nov 27"), "2026-11-27T00:00:00Z");
  EXPECT_EQ(Parse("%b %e %T", "Nov 28 23:59:59"), "2026-11-28T23:59:59Z");
  EXPECT_EQ(Parse("%b %e", "Nov 29"), "2025-11-29T00:00:00Z");
  EXPECT_EQ(Parse("%b %e", "Jan  1"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Parse("%b %e", "Feb 29"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(Parse("%b %e", "Feb 30"), "none");
  EXPECT_EQ(Parse("%j", "366"), "2024-12-31T00:00:00Z");
  EXPECT_EQ(Parse("%j", "333"), "2025-11-29T00:00:00Z");
  const TimeContext new_year = {*ParseTimePoint("2026-12-31T12:00:00Z", kContext), 0};
  EXPECT_EQ(Parse("%b %e", "Jan  1", new_year), "2027-01-01T00:00:00Z");
  EXPECT_EQ(Parse("%b %e", "Jan  2", new_year), "2026-01-02T00:00:00Z");
  const TimeContext hundred = {*ParseTimePoint("2103-06-01T12:00:00Z", kContext), 0};
  EXPECT_EQ(Parse("%b %e", "Feb 29", hundred), "2096-02-29T00:00:00Z");
}

TEST(TimeFormat, TheContextsZoneIsForStampsWithoutOne) {
  const TimeContext east = {kNow, 7200};
  EXPECT_EQ(Parse("%F %T", "2026-11-27 08:05:09", east), "2026-11-27T06:05:09Z");
  EXPECT_EQ(Parse("%F %T%?z", "2026-11-27 08:05:09", east), "2026-11-27T06:05:09Z");
  EXPECT_EQ(Parse("%F %T%?z", "2026-11-27 08:05:09 -0100", east), "2026-11-27T09:05:09Z");
  EXPECT_EQ(Parse("%F %T%Z", "2026-11-27 08:05:09Z", east), "2026-11-27T08:05:09Z");
  EXPECT_EQ(Parse("%s", "1795766709", east), "2026-11-27T08:05:09Z");
  // Where it is the 29th already, there is a 30th a day later.
  const TimeContext far_east = {kNow + 86400 * kSecond, 16 * 3600};
  EXPECT_EQ(Parse("%b %e", "Nov 30", far_east), "2026-11-29T08:00:00Z");
}

TEST(TimeFormat, WhatIsNoZoneIsLeftToWhatFollows) {
  const auto size = [](absl::string_view text) {
    return TimeFormat::Compile("%F %T%?z").value().Parse(text, kContext)->size;
  };
  for (const char* rest : {" -5 errors", " - -", " -05 x", " UTCx", " Zebra", " +0", " +02001",
                           "-123", "Z1", " ", " +9900", "UT", "+"}) {
    EXPECT_EQ(size(absl::StrCat("2026-11-27 08:05:09", rest)), 19u) << rest;
  }
  EXPECT_EQ(size("2026-11-27 08:05:09Z]"), 20u);
}

TEST(TimeFormat, WrongFormats) {
  EXPECT_EQ(CompileError("%Q"), "invalid time format '%Q': unknown conversion %Q");
  EXPECT_EQ(CompileError("%F %"), "invalid time format '%F %': a % at its end");
  EXPECT_EQ(CompileError("%F %.x"), "invalid time format '%F %.x': unknown conversion %.x");
  EXPECT_EQ(CompileError("%F %?"), "invalid time format '%F %?': unknown conversion %?");
  EXPECT_EQ(CompileError("%T"),
            "invalid time format '%T': no day (%d or %e with %m or %b, %j, or %s)");
  EXPECT_EQ(CompileError("%d %T"), "invalid time format '%d %T': a day without a month (%m or %b)");
  for (const char* format :
       {"", "x", "%Y", "%Y-%m", "%F %M", "%F %H:%S", "%F %H:%M.%f", "%F %I:%M", "%-d %b", "%Od %b",
        "%Ey-%m-%d", "%C%y-%m-%d", "%k", "\x80", "%\xff"}) {
    EXPECT_FALSE(TimeFormat::Compile(format).ok()) << format;
  }
}

TEST(TimeFormat, AsStrptime) {
  const char* formats[] = {"%Y-%m-%d %H:%M:%S",
                           "%d/%b/%Y:%H:%M:%S %z",
                           "%a %b %e %H:%M:%S %Y",
                           "%D %T",
                           "%y%m%d%H%M%S",
                           "%A, %d %B %Y %I:%M:%S %p",
                           "%Y %j %R",
                           "%s",
                           "%F%n%R%t%%",
                           "%h %d %Y",
                           "%e.%m.%Y %H",
                           "%Y/%m/%d %T%z"};
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const char* format = formats[Pick(&random, std::size(formats))];
    const time_t seconds = static_cast<time_t>(Pick(&random, 4'102'444'800));  // up to 2100
    tm time = {};
    gmtime_r(&seconds, &time);
    std::string text = ByStrftime(format, time);
    absl::StrReplaceAll({{"+0000", "+0230"}}, &text);
    // Its %s is local time.
    const bool is_epoch = absl::string_view(format) == "%s";
    tm read = {};
    const char* end = strptime(text.c_str(), format, &read);
    ASSERT_TRUE(end != nullptr && *end == '\0') << format << " / " << text;
    const bool by_day_of_year = absl::string_view(format) == "%Y %j %R";
    if (by_day_of_year) {
      read.tm_mon = 0;
      read.tm_mday = read.tm_yday + 1;
    }
    const long offset = read.tm_gmtoff;
    const int64_t expected = is_epoch ? seconds : int64_t{timegm(&read)} - offset;
    EXPECT_EQ(Parse(format, text), FormatTime(expected * kSecond)) << format << " / " << text;
  }
}

TEST(TimeFormat, AnyBytes) {
  const char* formats[] = {
      "%Y-%m-%d %H:%M:%S%.f%?z", "%a %b %e %T %Y", "%s.%f", "%?s", "%?z%T%.f%j%z",
      "%p%I%b%d%n%y%Z",          "%f%S%M%H%j%f%H"};
  Random random(2);
  for (const char* format : formats) {
    const TimeFormat compiled = TimeFormat::Compile(format).value();
    for (int i = 0; i < 20000; ++i) {
      const std::string text =
          RandomText(&random,
                     i % 2 == 0 ? absl::string_view("0123459 -+:.,TZUCAPMan\0\xff", 24)
                                : absl::string_view("Fri Nov 27 -", 12),
                     Pick(&random, 40));
      const int64_t now = static_cast<int64_t>(random());
      const int32_t zone = static_cast<int32_t>(random());
      const auto parsed = compiled.Parse(text, {now, zone});
      EXPECT_LE(parsed.has_value() ? parsed->size : 0, text.size());
    }
  }
}

// Whatever bytes follow those which a match has seen, it is the same.
TEST(TimeFormat, AMatchDependsOnWhatItHasSeen) {
  constexpr absl::string_view kBytes = "09 :.Z+xu";
  Random random(3);
  for (int i = 0; i < 100000; ++i) {
    const auto& formats = CommonTimeFormats();
    const TimeFormat& format = formats[Pick(&random, formats.size())];
    std::string text = i % 2 == 0 ? "Nov 27 08:05:09 UTC" : "2026-11-27 08:05:09.123456 +0200 and";
    for (int changes = 0; changes < 3; ++changes) {
      text[Pick(&random, text.size())] = kBytes[Pick(&random, kBytes.size())];
    }
    const TimeMatch match = format.Match(text, kContext);
    if (match.seen > text.size()) continue;
    const std::string other =
        text.substr(0, match.seen) + RandomText(&random, kBytes, Pick(&random, 10));
    const TimeMatch other_match = format.Match(other, kContext);
    EXPECT_EQ(other_match.matches, match.matches) << text << " / " << other;
    EXPECT_EQ(other_match.micros, match.micros) << text << " / " << other;
    EXPECT_EQ(other_match.size, match.size) << text << " / " << other;
  }
}

TEST(TimeFormat, CommonFormatsExcludeEachOther) {
  for (const char* text :
       {"27/Nov/2026:08:05:09 +0000", "2026-11-27T08:05:09Z", "2026-11-27 08:05:09", "1795766709",
        "Fri Nov 27 08:05:09 2026", "Nov 27 08:05:09", "2026/11/27 08:05:09"}) {
    int matches = 0;
    for (const TimeFormat& format : CommonTimeFormats()) {
      matches += format.Parse(text, kContext).has_value() ? 1 : 0;
    }
    EXPECT_EQ(matches, 1) << text;
  }
}

}  // namespace
}  // namespace bigscan
