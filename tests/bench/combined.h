// Generates records of Apache's combined log format, with a response time.
#ifndef BIGSCAN_TESTS_BENCH_COMBINED_H_
#define BIGSCAN_TESTS_BENCH_COMBINED_H_

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/bench/log_text.h"

namespace loggen {

// Apache's combined log format, with the response time in seconds behind it.
//
//   status 50x                    11 %
//   response time 2.000 to 3.999   2 % (and 0.2 % longer)
//   address begins with "13."      1 in 200
//   user "-"                       1 in 8, otherwise one of 50,000
//   agents with "...bot"           about 1 in 8
class Combined {
 public:
  explicit Combined(uint64_t seed) : random_(seed) { SetClock(); }

  char* AppendRecord(char* out) {
    if (random_.OneIn(40)) {
      now_ += std::chrono::seconds(1);
      SetClock();
    }
    out = AppendClient(out);
    out = stamp_.AppendTo(out);
    out = requests_.AppendTo(out, random_);
    out = AppendQuery(out);
    out = statuses_.AppendTo(out, random_);
    out = numerals_.Append(out, random_.Below(1 << (6 + random_.Below(15))));
    out = referers_.AppendTo(out, random_);
    out = agents_.AppendTo(out, random_);
    out = numerals_.AppendThousandths(out, ChooseMilliseconds());
    *out++ = '\n';
    return out;
  }

 private:
  static constexpr uint32_t kUsers = 50000;

  char* AppendClient(char* out) {
    uint32_t first_octet = 13;
    if (!random_.OneIn(200)) {
      first_octet = 1 + random_.Below(222);
      if (first_octet >= 13) ++first_octet;
    }
    out = numerals_.AppendAddress(out, first_octet, static_cast<uint32_t>(random_.Next() >> 32));
    if (random_.OneIn(8)) return AppendText(out, " - -");
    // Half of the requests are spread evenly, the others fall to few users.
    const uint32_t bound = random_.OneIn(2) ? kUsers : 1 + random_.Below(kUsers);
    return numerals_.Append(AppendText(out, " - user"), random_.Below(bound));
  }

  char* AppendQuery(char* out) {
    switch (random_.Below(4)) {
      case 0:
        return numerals_.Append(AppendText(out, "?q="), random_.Below(1000));
      case 1:
        out = numerals_.Append(AppendText(out, "?id="), random_.Below(900000));
        return numerals_.Append(AppendText(out, "&page="), random_.Below(40));
      default:
        return out;
    }
  }

  uint32_t ChooseMilliseconds() {
    const uint32_t roll = random_.Below(1000);
    if (roll < 20) return 2000 + random_.Below(2000);
    if (roll < 22) return 4000 + random_.Below(28000);
    return 1 + random_.Below(1 + random_.Below(1999));
  }

  void SetClock() {
    const Moment m(now_);
    stamp_ = Piece<32>(" [" + m.day + '/' + std::string(m.month_name) + '/' + m.year + ':' +
                       m.time_of_day + " +0000] \"");
  }

  Random random_;
  const Numerals numerals_;
  const Choice<64> requests_{{{8, "GET /"},
                              {8, "GET /index.html"},
                              {10, "GET /products/list"},
                              {10, "GET /products/item"},
                              {6, "GET /search"},
                              {6, "GET /static/css/main.9f3c1d.css"},
                              {6, "GET /static/js/app.4be1a0.js"},
                              {8, "GET /images/catalog/thumbs/small.jpg"},
                              {4, "GET /blog/2025/10/how-we-read-logs"},
                              {6, "GET /api/v1/users"},
                              {8, "GET /api/v1/orders"},
                              {6, "POST /api/v1/orders"},
                              {4, "POST /login"},
                              {2, "PUT /api/v1/cart"},
                              {1, "DELETE /api/v1/cart/items"},
                              {2, "HEAD /healthz"},
                              {1, "GET /robots.txt"}}};
  const Choice<16> statuses_{{{64, "200"},
                              {8, "304"},
                              {4, "301"},
                              {3, "302"},
                              {7, "404"},
                              {2, "403"},
                              {1, "401"},
                              {4, "500"},
                              {3, "502"},
                              {3, "503"},
                              {1, "504"}},
                             " HTTP/1.1\" ",
                             " "};
  const Choice<64> referers_{{{10, "-"},
                              {8, "https://example.com/"},
                              {6, "https://example.com/products/list"},
                              {4, "https://example.com/search?q=log+scanner"},
                              {4, "https://www.example.org/"},
                              {2, "https://news.example.net/item?id=500123"}},
                             " \"",
                             "\" \""};
  const Choice<160> agents_{
      {{14,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/120.0.0.0 Safari/537.36"},
       {8,
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/119.0 Safari/537.36"},
       {6,
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/120.0 Mobile Safari/537.36"},
       {10, "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"},
       {6,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.1 Safari/605.1.15"},
       {5,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Mobile/15E148"},
       {5, "curl/8.5.0"},
       {2, "python-requests/2.31.0"},
       {3, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
       {2, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"},
       {2, "Mozilla/5.0 (compatible; ahrefsbot/7.0; +http://ahrefs.com/robot/)"},
       {1, "Mozilla/5.0 (compatible; Bot/1.0; +http://example.net/bot.html)"}},
      "",
      "\" "};

  std::chrono::sys_seconds now_ = At(2025, 10, 10, std::chrono::seconds(50136));
  Piece<32> stamp_;
};

}  // namespace loggen

#endif  // BIGSCAN_TESTS_BENCH_COMBINED_H_
