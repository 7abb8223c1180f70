#include "lib/time_search.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "lib/record.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr uint64_t kMegabyte = 1 << 20;

// Long, so that there is something to search between the places that are looked at first.
std::string RecordOf(int64_t second) {
  std::string record = absl::StrCat("@", 1'000'000'000 + second, " a record of some length ");
  record.resize(299, '.');
  return record + '\n';
}

// `records` records, whose times `second` tells.
std::string Log(int64_t records, const std::function<int64_t(int64_t)>& second) {
  std::string text;
  for (int64_t i = 0; i < records; ++i) text += RecordOf(second(i));
  return text;
}

// One a second.
std::string Day() {
  return Log(86400, [](int64_t i) { return i; });
}

ByteRange Search(const std::string& text, TimeRange range, uint64_t begin = 0) {
  const UniqueFd fd = FileHolding(text);
  TimeSearch search(
      range, RecordTime::Create({.formats = {TimeFormat::Compile("@%s").value()}}).value(), '\n');
  return search.Find(fd.get(), {begin, text.size()});
}

// From `since` to before `until`, in seconds of a log.
TimeRange Seconds(int64_t since, int64_t until) {
  return {(1'000'000'000 + since) * kSecond, (1'000'000'000 + until) * kSecond};
}

// Checks that what is found are whole records, and that no record of the range is missing. Returns its size.
uint64_t Found(const std::string& text, TimeRange range) {
  const ByteRange found = Search(text, range);
  EXPECT_LE(found.begin, found.end);
  EXPECT_LE(found.end, text.size());
  EXPECT_TRUE(found.begin == 0 || text[found.begin - 1] == '\n');
  EXPECT_TRUE(found.end == 0 || found.end == text.size() || text[found.end - 1] == '\n');
  const TimeFormat format = TimeFormat::Compile("@%s").value();
  for (size_t at = 0; at < text.size();) {
    const size_t end = RecordEnd(text, at, '\n');
    const auto time = format.Parse(absl::string_view(text).substr(at, end - at), {});
    if (time.has_value() && range.since <= time->micros && time->micros < range.until) {
      EXPECT_LE(found.begin, at);
      EXPECT_LE(end, found.end);
    }
    at = end;
  }
  return found.size();
}

TEST(TimeSearch, FindsAPartOfAscendingRecords) {
  const std::string text = Day();
  for (const int64_t since : {0, 1, 100, 43200, 80000, 86399}) {
    EXPECT_LT(Found(text, Seconds(since, since + 60)), text.size() / 8) << since;
  }
}

TEST(TimeSearch, OneSideMayBeOpen) {
  const std::string text = Day();
  TimeRange since = Seconds(43200, 0);
  since.until = std::numeric_limits<int64_t>::max();
  EXPECT_LT(Found(text, since), text.size() * 9 / 16);
  EXPECT_EQ(Search(text, since).end, text.size());
  TimeRange until = Seconds(0, 43200);
  until.since = std::numeric_limits<int64_t>::min();
  EXPECT_LT(Found(text, until), text.size() * 9 / 16);
  EXPECT_EQ(Search(text, until).begin, 0u);
}

TEST(TimeSearch, HardlyAnythingIsLeftIfAllIsBeforeOrAfter) {
  const std::string text = Day();
  for (const TimeRange range : {Seconds(-9000, -8000), Seconds(95000, 96000)}) {
    EXPECT_LT(Found(text, range), text.size() / 16);
  }
}

TEST(TimeSearch, EqualTimesStayTogether) {
  const std::string text = Log(86400, [](int64_t i) { return i / 20000 * 1000; });
  for (const int64_t since : {0, 1000, 2000, 3000, 4000}) {
    EXPECT_LT(Found(text, Seconds(since, since + 1)), text.size() / 2) << since;
  }
  Found(Log(86400, [](int64_t) { return 5; }), Seconds(5, 6));
}

TEST(TimeSearch, NothingIsSkippedThatDoesNotAscend) {
  const auto whole = [](const std::string& text) {
    return Found(text, Seconds(1000, 1001)) == text.size();
  };
  EXPECT_TRUE(whole(Log(86400, [](int64_t i) { return 86400 - i; })));
  EXPECT_TRUE(whole(Log(86400, [](int64_t i) { return i % 43200; })));
  EXPECT_TRUE(whole(std::string(2 * kMegabyte, '\n'))) << "no times";
  EXPECT_TRUE(whole(std::string(2 * kMegabyte, 'x'))) << "one record";
}

TEST(TimeSearch, SmallFilesAreNotSearched) {
  const std::string text = Log(1000, [](int64_t i) { return i; });
  EXPECT_EQ(Search(text, Seconds(0, 1)), (ByteRange{0, text.size()}));
  EXPECT_EQ(Search("", Seconds(0, 1)), (ByteRange{0, 0}));
}

TEST(TimeSearch, NearlySortedIsEnough) {
  Random random(1);
  // Each up to 50 seconds late: none is more than a margin before one that comes first.
  const std::string text =
      Log(86400, [&](int64_t i) { return i - static_cast<int64_t>(Pick(&random, 50)); });
  for (int64_t since = 0; since < 86400; since += 5000) {
    EXPECT_LT(Found(text, Seconds(since, since + 10)), text.size() / 8);
  }
}

TEST(TimeSearch, MoreDisorderThatShowsMeansMoreMargin) {
  Random random(2);
  const std::string text =
      Log(86400, [&](int64_t i) { return i - static_cast<int64_t>(Pick(&random, 600)); });
  for (int64_t since = 0; since < 86400; since += 5000) {
    EXPECT_LT(Found(text, Seconds(since, since + 10)), text.size() / 4);
  }
}

TEST(TimeSearch, RecordsWithoutATimeBetween) {
  Random random(3);
  std::string text;
  for (int64_t i = 0; i < 40000; ++i) {
    text += RecordOf(i);
    if (i % 500 == 0) text += std::string(Pick(&random, 90'000), '\n');
    if (i % 700 == 0) text += std::string(Pick(&random, 90'000), 'x') + "\n";
    if (i % 10 == 0) text += "  at main\n\n";
  }
  for (const int64_t since : {0, 11'111, 20'000, 39'000}) {
    EXPECT_LT(Found(text, Seconds(since, since + 10)), text.size() / 4) << since;
  }
}

TEST(TimeSearch, AHoleWithoutTimesIsInOrOut) {
  std::string text = Log(20000, [](int64_t i) { return i; });
  text += std::string(8 * kMegabyte, '\0') + "\n";
  text += Log(20000, [](int64_t i) { return 20000 + i; });
  for (const int64_t since : {0, 10000, 19999, 20000, 30000})
    Found(text, Seconds(since, since + 1));
}

// In seconds; at minute 4000 the clock is set back by an hour.
int64_t InAutumn(int64_t minute) { return (minute < 4000 ? minute : minute - 60) * 60; }

TEST(TimeSearch, AClockThatIsSetBackMeansMoreMargin) {
  // A record every 6 seconds, so that the places that are looked at first do not show it.
  const std::string text = Log(200'000, [](int64_t i) { return InAutumn(i / 10) + i % 10 * 6; });
  for (int64_t minute = 3800; minute < 4200; minute += 13) {
    EXPECT_LT(Found(text, Seconds(minute * 60, minute * 60 + 600)), text.size() / 4) << minute;
  }
}

TEST(TimeSearch, APartOfAFile) {
  const std::string text = Day();
  const uint64_t begin = text.size() / 2 + 7;
  const ByteRange found = Search(text, Seconds(0, 1000), begin);
  EXPECT_EQ(found.begin, begin) << "its beginning is that of a record";
  EXPECT_LT(found.size(), text.size() / 16);
}

TEST(TimeSearch, AFileThatHasBecomeShorter) {
  const UniqueFd fd = FileHolding(Day());
  TimeSearch search(Seconds(80000, 80001), RecordTime::Create({}).value(), '\n');
  const ByteRange file{0, 1 << 30};
  const ByteRange found = search.Find(fd.get(), file);
  EXPECT_LE(found.end, file.end);
}

}  // namespace
}  // namespace bigscan
