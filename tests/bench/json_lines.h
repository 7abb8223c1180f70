// Generates JSON Lines.
#ifndef BIGSCAN_TESTS_BENCH_JSON_LINES_H_
#define BIGSCAN_TESTS_BENCH_JSON_LINES_H_

#include <chrono>
#include <cstdint>

#include "tests/bench/log_text.h"

namespace loggen {

// One JSON object a line, as services write: escapes in strings, objects in
// objects, null for an unknown user (1 in 20). Status 50x: 3 %.
class JsonLines {
 public:
  explicit JsonLines(uint64_t seed) : random_(seed) { SetClock(); }

  char* AppendRecord(char* out) {
    milliseconds_ += random_.Below(60);
    if (milliseconds_ >= 1000) {
      milliseconds_ -= 1000;
      now_ += std::chrono::seconds(1);
      SetClock();
    }
    out = numerals_.AppendPadded3(stamp_.AppendTo(out), milliseconds_);
    const bool failed = random_.Below(100) < 3;
    out = (failed ? failed_levels_ : levels_).AppendTo(out, random_);
    out = services_.AppendTo(out, random_);
    out = AppendUser(out);
    out = (failed ? failed_statuses_ : statuses_).AppendTo(out, random_);
    out = numerals_.Append(out, random_.Below(1 << (6 + random_.Below(15))));
    out = AppendText(out, ",\"duration_ms\":");
    out = numerals_.AppendThousandths(out, random_.Below(1 << (8 + random_.Below(14))));
    out = paths_.AppendTo(out, random_);
    out = AppendContext(out);
    return messages_.AppendTo(out, random_);
  }

 private:
  char* AppendUser(char* out) {
    if (random_.OneIn(20)) return AppendText(out, "\"user\":null");
    out = numerals_.Append(AppendText(out, "\"user\":\"user"), random_.Below(50000));
    *out++ = '"';
    return out;
  }

  char* AppendContext(char* out) {
    out = regions_.AppendTo(out, random_);
    uint64_t trace = random_.Next();
    for (int i = 0; i < 16; ++i, trace >>= 4) *out++ = "0123456789abcdef"[trace & 15];
    out = AppendText(out, "\",\"retry\":{\"n\":");
    *out++ = static_cast<char>('0' + random_.Below(3));
    return AppendText(out, ",\"max\":3}},\"msg\":\"");
  }

  void SetClock() {
    const Moment m(now_);
    stamp_ =
        Piece<32>("{\"ts\":\"" + m.year + '-' + m.month + '-' + m.day + 'T' + m.time_of_day + '.');
  }

  Random random_;
  const Numerals numerals_;
  const Choice<32> levels_{{{16, "info"}, {3, "debug"}, {1, "warn"}}, "Z\",\"level\":\"", "\","};
  const Choice<32> failed_levels_{{{9, "error"}, {1, "fatal"}}, "Z\",\"level\":\"", "\","};
  const Choice<32> services_{{{6, "checkout"},
                              {6, "catalog"},
                              {4, "search"},
                              {3, "auth"},
                              {3, "payments"},
                              {1, "mailer"},
                              {1, "inventory"}},
                             "\"service\":\"",
                             "\","};
  const Choice<32> statuses_{
      {{80, "200"}, {6, "201"}, {4, "304"}, {6, "404"}, {2, "429"}}, ",\"status\":", ",\"bytes\":"};
  const Choice<32> failed_statuses_{
      {{4, "500"}, {2, "502"}, {3, "503"}}, ",\"status\":", ",\"bytes\":"};
  const Choice<64> paths_{{{6, "/"},
                           {6, "/a/b"},
                           {8, "/api/v1/orders"},
                           {6, "/api/v1/users/profile"},
                           {4, "/products/item"},
                           {2, "/internal/metrics"}},
                          ",\"path\":\"",
                          "\","};
  const Choice<64> regions_{{{4, "eu-west-1"}, {4, "us-east-1"}, {2, "ap-south-1"}},
                            "\"ctx\":{\"region\":\"",
                            "\",\"trace\":\""};
  const Choice<96> messages_{
      {{20, "request served"},
       {8, "cache hit"},
       {4, "cache miss, asked the origin"},
       {4, "order placed"},
       {2, R"(payment \"card\" declined by issuer)"},
       {2, R"(wrote C:\\logs\\app.log)"},
       {2, R"(caf\u00e9 menu rendered in 2 passes)"},
       {1, R"(panic: index out of range\n\tat cart.go:118\n\tat main.go:42)"},
       {1, R"({\"inner\":\"json in a string\",\"level\":\"error\"})"}},
      "",
      "\"}\n"};

  std::chrono::sys_seconds now_ = At(2025, 10, 10, std::chrono::seconds(50136));
  uint32_t milliseconds_ = 123;
  Piece<32> stamp_;
};

}  // namespace loggen

#endif  // BIGSCAN_TESTS_BENCH_JSON_LINES_H_
