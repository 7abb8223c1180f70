#include "lib/time_reader.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr TimeContext kContext = {1'795'766'700'000'000, 0};  // 2026-11-27T08:05:00Z

std::string Shown(std::optional<int64_t> micros) {
  return micros.has_value() ? FormatTime(*micros) : "none";
}

std::vector<TimeFormat> Compiled(const std::vector<const char*>& formats) {
  std::vector<TimeFormat> compiled;
  for (const char* format : formats) compiled.push_back(TimeFormat::Compile(format).value());
  return compiled;
}

// By a reader that has read nothing yet.
std::string Read(absl::string_view field, const std::vector<const char*>& formats = {}) {
  return Shown(TimeReader(Compiled(formats), kContext).Read(field));
}

std::string Find(absl::string_view record, const std::vector<const char*>& formats = {}) {
  return Shown(TimeReader(Compiled(formats), kContext).Find(record));
}

TEST(TimeReader, FormatsOfLogs) {
  for (const char* field :
       {"27/Nov/2026:08:05:09 +0000", "27/Nov/2026:10:05:09 +0200", "27/Nov/2026:08:05:09",
        "2026-11-27T08:05:09Z", "2026-11-27T08:05:09", "2026-11-27 08:05:09",
        "2026-11-27T10:05:09+02:00", "2026-11-27 08:05:09 UTC", "2026-11-27 10:05:09 +0200",
        "Fri Nov 27 08:05:09 2026", "Fri Nov 27 08:05:09 UTC 2026", "Nov 27 08:05:09",
        "2026/11/27 08:05:09", "1795766709", "1795766709000", "1795766709000000"}) {
    EXPECT_EQ(Read(field), "2026-11-27T08:05:09Z") << field;
    EXPECT_EQ(Find(absl::StrCat(field, " and so on")), "2026-11-27T08:05:09Z") << field;
  }
  for (const char* field : {"2026-11-27T08:05:09.250Z", "2026-11-27 08:05:09,25", "1795766709.25",
                            "2026/11/27 08:05:09.250000", "Fri Nov 27 08:05:09.25 2026"}) {
    EXPECT_EQ(Read(field), "2026-11-27T08:05:09.25Z") << field;
  }
}

TEST(TimeReader, AFieldIsAllOfATime) {
  for (const char* field :
       {"", " 2026-11-27T08:05:09Z", "2026-11-27T08:05:09Z ", "[2026-11-27T08:05:09Z]",
        "2026-11-27", "12345", "179576670", "17957667091", "-", "Nov 27"}) {
    EXPECT_EQ(Read(field), "none") << field;
  }
}

// A reader looks at a text's first digits before it tries a format.
TEST(TimeReader, ReadsWhatTheFormatDoes) {
  Random random(11);
  for (const char* format : {"%?s", "%s", "%Y-%m-%d", "%Y%m%d", "%y/%m/%d", "%d/%b/%Y:%H:%M:%S",
                             "%d %m %Y", "%e.%m.%Y", "%m-%d-%Y", "%j-%Y", "%H:%M %d.%m.%y",
                             "%Ma%H %d.%m.%y", "%H0%M %d.%m.%y", "%I%p %d.%m.%y"}) {
    const TimeFormat compiled = TimeFormat::Compile(format).value();
    size_t read = 0;
    for (int i = 0; i < 20'000; ++i) {
      // What strftime(3) makes of a format, with a part of it in other digits, or cut.
      char stamp[64];
      const auto seconds = static_cast<time_t>(Pick(&random, 2'000'000'000));
      tm parts = {};
      gmtime_r(&seconds, &parts);
      const bool epoch = format[1] == '?';
      size_t size = strftime(stamp, sizeof(stamp), epoch ? "%s" : format, &parts);
      if (Pick(&random, 4) == 0 && size > 0)
        stamp[Pick(&random, size)] = "0123456789/-:. "[Pick(&random, 15)];
      if (Pick(&random, 8) == 0) size = Pick(&random, size + 1);
      std::string text(stamp, size);
      if (Pick(&random, 4) == 0)
        text.insert(0, RandomText(&random, "0123456789", Pick(&random, 14)));
      const std::optional<TimeFormat::Parsed> parsed = compiled.Parse(text, kContext);
      const bool whole = parsed.has_value() && parsed->size == text.size();
      read += whole ? 1 : 0;
      EXPECT_EQ(Read(text, {format}), whole ? FormatTime(parsed->micros) : "none")
          << format << " " << text;
    }
    EXPECT_GT(read, 1000U) << format;
  }
}

TEST(TimeReader, FindsTheLeftmost) {
  const struct {
    const char* record;
    const char* time;
  } cases[] = {
      {"1.2.3.4 - - [27/Nov/2026:08:05:09 +0000] \"GET /2026-11-28 HTTP\"", "2026-11-27T08:05:09Z"},
      {"<13>Nov 27 08:05:09 host app: 2026-11-28 00:00:00", "2026-11-28T00:00:00Z"},
      {"Nov 27 08:05:09 host app: 2026-11-28 00:00:00", "2026-11-27T08:05:09Z"},
      {"[Fri Nov 27 08:05:09.25 2026] [error]", "2026-11-27T08:05:09.25Z"},
      {"{\"time\":\"2026-11-27T08:05:09Z\"}", "2026-11-27T08:05:09Z"},
      {"level=info ts=2026-11-27T08:05:09Z", "2026-11-27T08:05:09Z"},
      {"a:2026-11-27T08:05:09Z", "2026-11-27T08:05:09Z"},
      {"a\t2026-11-27T08:05:09Z", "2026-11-27T08:05:09Z"},
      {"(2026-11-27T08:05:09Z", "none"},
      {"1795766709.25 host", "2026-11-27T08:05:09.25Z"},
      {"id 1795766709 2026-11-27T08:05:09Z", "2026-11-27T08:05:09Z"},
      {"id 1795766709", "none"},
      {"2026-11-27 08:05:091 2026-11-28 00:00:00", "2026-11-28T00:00:00Z"},
      {"2026-11-31 08:05:09 2026-11-28 00:00:00", "2026-11-28T00:00:00Z"},
      {"no time", "none"},
      {"", "none"}};
  for (const auto& c : cases) EXPECT_EQ(Find(c.record), c.time) << c.record;
}

TEST(TimeReader, FindsNoneFarBehind) {
  const absl::string_view stamp = " 2026-11-27T08:05:09Z";
  const size_t last = TimeReader::kMostBefore - 1;  // where a blank may stand
  EXPECT_EQ(Find(absl::StrCat(std::string(last, 'x'), stamp)), "2026-11-27T08:05:09Z");
  EXPECT_EQ(Find(absl::StrCat(std::string(last + 1, 'x'), stamp)), "none");
}

TEST(TimeReader, TheFirstFormatCounts) {
  EXPECT_EQ(Read("01/02/2026", {"%d/%m/%Y", "%m/%d/%Y"}), "2026-02-01T00:00:00Z");
  EXPECT_EQ(Read("01/02/2026", {"%m/%d/%Y", "%d/%m/%Y"}), "2026-01-02T00:00:00Z");
  EXPECT_EQ(Read("01/13/2026", {"%d/%m/%Y", "%m/%d/%Y"}), "2026-01-13T00:00:00Z");
  EXPECT_EQ(Find("x 2026-11-27 08:05", {"%F", "%F %R"}), "2026-11-27T00:00:00Z");
  EXPECT_EQ(Find("ts=1795766709 x", {"ts=%s"}), "2026-11-27T08:05:09Z");
  EXPECT_EQ(Read("2026-11-27T08:05:09Z", {"%s"}), "none");
}

// Where other digits of the clock are not just another time of the day.
TEST(TimeReader, TheLastTimeDoesNotMislead) {
  const struct {
    std::vector<const char*> formats;
    const char* last;
    const char* field;
    const char* time;
  } cases[] = {
      {{"%F %T %S"}, "2026-11-27 08:05:09 3", "2026-11-27 08:05:10 3", "2026-11-27T08:05:03Z"},
      {{"%s %T"}, "1795766709 08:05:09", "1795766709 08:05:10", "2026-11-27T08:05:09Z"},
      {{"%?s %T"}, "1795766709 08:05:09", "1795766709 08:05:10", "2026-11-27T08:05:09Z"},
      {{"%F %H %I:%M%p"}, "2026-11-27 08 08:05AM", "2026-11-27 09 08:05AM", "2026-11-27T08:05:00Z"},
      {{"%F .1 %T", "%F .%f %T"},
       "2026-11-27 .2 08:05:09",
       "2026-11-27 .1 08:05:09",
       "2026-11-27T08:05:09Z"},
      {{"%F %R:%m", "%F %T"}, "2026-11-27 08:05:13", "2026-11-27 08:05:12", "2026-12-27T08:05:00Z"},
      {{"%F %T"}, "2026-11-27 08:05:09", "2026-11-27 08:05:60", "2026-11-27T08:06:00Z"},
      {{"%F %T"}, "2026-11-27 08:05:60", "2026-11-27 08:05:59", "2026-11-27T08:05:59Z"},
      {{"%F %T"}, "2026-11-27 08:05:09", "2026-11-27 24:05:09", "none"},
      {{"%F %T"}, "2026-11-27 08:05:09", "2026-11-27 08:05:9x", "none"}};
  for (const auto& c : cases) {
    TimeReader reader(Compiled(c.formats), kContext);
    EXPECT_NE(Shown(reader.Read(c.last)), "none") << c.last;
    EXPECT_EQ(Shown(reader.Read(c.field)), c.time) << c.field;
  }
}

// Formats that are hard to tell apart, by the bytes of the clock among others.
const std::vector<std::vector<const char*>> kFormats = {
    {},
    {"%Y-%m-%d %H:%M:%m", "%Y-%m-%d %H:%M:%S"},
    {"%F %R:1%d", "%F %R:5%j", "%F %T"},
    {"%F %T.1%f", "%F %T%.f%?z", "%F %H:%M"},
    {"%H%M%S%f %F", "%S%H%M %F"},
    {"%T:%S %F", "%T %F %S", "%I:%M:%S %p %F", "%T%.f%.f %F"},
    {"%F %H:%I:%M:%S%p"},
    {"%F %T %S", "%F %T"},
    {"%s.%f", "%s", "%b %e %T %Y", "%b %e %T"},
    {"%e%H%M%S%b", "%j%H%M%S", "%y%m%d%H%M%S"},
    {"%H:%M%z%S %F", "%F %H %p%M%z%S", "%F%n%T%?z%S"}};

// A stamp in one of many formats, of one of few days and mostly well-formed.
std::string RandomStamp(Random* random) {
  constexpr const char* kShapes[] = {"1%d/Nov/2026:%02d:%02d:%02d +0000",
                                     "2026-11-1%dT%02d:%02d:%02d.%03dZ",
                                     "2026-11-1%d %02d:%02d:%02d,%03d",
                                     "Fri Nov 1%d %02d:%02d:%02d 2026",
                                     "Nov  %d %02d:%02d:%02d",
                                     "2026/11/1%d %02d:%02d:%02d",
                                     "179576670%d.%02d%02d%02d",
                                     "2026-11-1%d %02d:%02d:%02d",
                                     "2026-11-1%d %02d:%02d:1%02d%03d",
                                     "Nov  %d %02d:%02d:%02d 2026",
                                     "2%d%02d%02d%02d%03d 2026-11-11",
                                     "1%d:%02d:%02d:%02d 2026-11-11",
                                     "2026-11-11 1%d:%02d:%02d:%02dPM",
                                     "2026-11-1%d %02d:%02d:%02d %d",
                                     "17957667%d%02d %02d%02d",
                                     "0%d:%02d:%02d PM 2026-11-1%02d",
                                     "1%d%02d%02d%02dNov",
                                     "1%d:%02d+02%02d%02d 2026-11-11",
                                     "2026-11-1%d %02d:%02d:%02d+0%03d",
                                     "2026-11-1%d%02d:%02d:%02d UTC%02d"};
  const auto pick = [random](int below) { return static_cast<int>(Pick(random, below)); };
  // Whatever the shape does not name is left out.
  char stamp[100];
  snprintf(stamp, sizeof(stamp), kShapes[Pick(random, std::size(kShapes))], pick(3), pick(25),
           pick(61), pick(62), pick(1000));
  return stamp;
}

std::string Mutated(std::string text, Random* random) {
  if (!text.empty() && Pick(random, 2) == 0) {
    constexpr absl::string_view kBytes("0123456789 :.,+-/TZUNov\0\xff", 26);
    text[Pick(random, text.size())] = kBytes[Pick(random, kBytes.size())];
  }
  if (Pick(random, 8) == 0) text.resize(Pick(random, text.size() + 1));
  return text;
}

// A copy of just these bytes, of which AddressSanitizer knows the end.
class Copy {
 public:
  explicit Copy(absl::string_view text) : bytes_(text.begin(), text.end()) {}
  absl::string_view text() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<char> bytes_;
};

TEST(TimeReader, WhatIsReadDependsOnTheTextAlone) {
  Random random(1);
  size_t times = 0;
  for (const std::vector<const char*>& formats : kFormats) {
    TimeReader reader(Compiled(formats), kContext);
    std::string text;
    for (int i = 0; i < 20000; ++i) {
      if (Pick(&random, 4) == 0) text = RandomStamp(&random);
      const Copy field(Mutated(text, &random));
      const auto time = reader.Read(field.text());
      ASSERT_EQ(Shown(time), Read(field.text(), formats)) << field.text();
      times += time.has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(times, 10000u);
}

TEST(TimeReader, WhatIsFoundDependsOnTheTextAlone) {
  Random random(2);
  size_t times = 0;
  for (const std::vector<const char*>& formats : kFormats) {
    TimeReader reader(Compiled(formats), kContext);
    std::string text;
    for (int i = 0; i < 20000; ++i) {
      if (Pick(&random, 4) == 0) text = RandomStamp(&random);
      if (Pick(&random, 8) == 0) text = absl::StrCat("abc [", text, "] more");
      if (Pick(&random, 16) == 0) text = absl::StrCat(RandomStamp(&random), " ", text);
      if (text.size() > 200) text.clear();
      const Copy record(Mutated(text, &random));
      const auto time = reader.Find(record.text());
      ASSERT_EQ(Shown(time), Find(record.text(), formats)) << record.text();
      times += time.has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(times, 10000u);
}

}  // namespace
}  // namespace bigscan
