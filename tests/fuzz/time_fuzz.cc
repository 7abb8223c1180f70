// Times: what a format reads of a text depends on no other bytes than it says, and what a reader reads not on
// what it has read before; what is printed is read again as the same time.
#include <string>
#include <vector>

#include "lib/duration.h"
#include "lib/time_format.h"
#include "lib/time_reader.h"
#include "tests/fuzz/fuzz.h"

namespace bigscan {
namespace {

constexpr int64_t kNow = 1'795'780'000'000'000;  // 2026-11-27

// Beyond `seen`, any bytes may stand.
void CheckFormat(const TimeFormat& format, absl::string_view text, const TimeContext& context) {
  const std::string copy(text);
  const TimeMatch match = format.Match(copy, context);
  const auto parsed = format.Parse(copy, context);
  EXPECT_EQ(parsed.has_value(), match.matches);
  EXPECT_LE(match.seen, copy.size() + 1);
  if (parsed.has_value()) {
    EXPECT_EQ(parsed->micros, match.micros);
    EXPECT_EQ(parsed->size, match.size);
    EXPECT_LE(match.size, copy.size());
    EXPECT_LE(match.size, match.seen);
    EXPECT_TRUE(copy.empty() || format.first_bytes()[static_cast<unsigned char>(copy[0])] ||
                match.size == 0);
  }
  if (match.seen > copy.size()) return;
  for (const char* behind : {"", "0", "a", "99", ":00", " +0100", "Z", ".5"}) {
    const std::string other = copy.substr(0, match.seen) + behind;
    const TimeMatch again = format.Match(other, context);
    EXPECT_EQ(again.matches, match.matches) << other;
    if (!match.matches) continue;
    EXPECT_EQ(again.micros, match.micros) << other;
    EXPECT_EQ(again.size, match.size) << other;
  }
}

// What a fresh reader says.
std::optional<int64_t> ReadAlone(absl::string_view text, bool find, const TimeContext& context) {
  static const TimeReader fresh({}, {.now = kNow});
  TimeReader reader = context.zone_seconds == 0 ? fresh : TimeReader({}, context);
  return find ? reader.Find(text) : reader.Read(text);
}

void CheckReader(absl::string_view text, const TimeContext& context) {
  TimeReader reader({}, context);
  while (!text.empty()) {
    const std::string line(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    EXPECT_EQ(reader.Find(line), ReadAlone(line, true, context)) << line;
    EXPECT_EQ(reader.Read(line), ReadAlone(line, false, context)) << line;
    EXPECT_EQ(reader.Find(line), ReadAlone(line, true, context)) << line;
  }
}

// A time that is printed is read as the same.
void CheckTime(absl::string_view text, const TimeContext& context) {
  const auto time = ParseTimePoint(text, context);
  if (!time.ok()) {
    EXPECT_TRUE(absl::IsInvalidArgument(time.status()));
    return;
  }
  const std::string printed = FormatTime(*time);
  // Years of another number of digits are no time stamps.
  constexpr int64_t kFirst = -62'167'219'200'000'000;
  constexpr int64_t kEnd = 253'402'300'800'000'000;
  if (*time < kFirst || *time >= kEnd) return;
  const auto again = ParseTimePoint(printed, context);
  EXPECT_TRUE(again.ok()) << printed << " " << again.status();
  EXPECT_EQ(*again, *time) << printed;
  EXPECT_EQ(ReadAlone(printed, false, context), *time) << printed;
}

// Units as a sum of products that can not overflow.
std::optional<__int128> NaiveDuration(absl::string_view text) {
  __int128 sum = 0;
  size_t at = 0;
  const auto is_digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  bool plain = true;
  while (plain || at < text.size()) {
    __int128 number = 0;
    if (!is_digit()) return std::nullopt;
    for (; is_digit(); ++at) number = std::min(number * 10 + (text[at] - '0'), __int128{1} << 80);
    if (at == text.size() && plain) return number * 1'000'000;
    plain = false;
    const size_t begin = at;
    while (at < text.size() && !is_digit()) ++at;
    const absl::string_view unit = text.substr(begin, at - begin);
    const int64_t micros = unit == "ms"  ? 1'000
                           : unit == "s" ? 1'000'000
                           : unit == "m" ? 60'000'000
                           : unit == "h" ? 3'600'000'000
                           : unit == "d" ? 86'400'000'000
                           : unit == "w" ? 604'800'000'000
                                         : 0;
    if (micros == 0) return std::nullopt;
    sum = std::min(sum + number * micros, __int128{1} << 120);
  }
  return sum;
}

void CheckDuration(absl::string_view text) {
  const auto duration = ParseDuration(text);
  const auto naive = NaiveDuration(text);
  const bool expected = naive.has_value() && *naive > 0 && *naive <= INT64_MAX;
  EXPECT_EQ(duration.ok(), expected) << text << " " << duration.status();
  if (duration.ok()) EXPECT_TRUE(*duration == *naive) << text;
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const size_t what = input.Below(5);
  TimeContext context{.now = kNow};
  if (input.Flag()) context.zone_seconds = static_cast<int32_t>(input.Below(24)) * 3600 - 43200;
  switch (what) {
    case 0: {
      const auto format = TimeFormat::Compile(input.Line());
      if (format.ok()) CheckFormat(*format, input.rest(), context);
      break;
    }
    case 1:
      for (const TimeFormat& format : CommonTimeFormats()) {
        CheckFormat(format, input.rest(), context);
      }
      break;
    case 2:
      CheckReader(input.rest(), context);
      break;
    case 3:
      CheckTime(input.rest(), context);
      CheckTime("@" + std::string(input.rest()), context);
      break;
    default:
      CheckDuration(input.rest());
      if (const auto zone = ParseZone(input.rest()); zone.ok()) {
        EXPECT_LT(*zone, 86400 * 5);
        EXPECT_GT(*zone, -86400 * 5);
      }
  }
  return 0;
}
