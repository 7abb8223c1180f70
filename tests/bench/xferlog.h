// Generates records of wu-ftpd's transfer log.
#ifndef BIGSCAN_TESTS_BENCH_XFERLOG_H_
#define BIGSCAN_TESTS_BENCH_XFERLOG_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/log_text.h"

namespace loggen {

// wu-ftpd's transfer log with a number put in front, so that the user is the
// 15th field.
//
//   user ssbrtg, at random               1 in 1,000 records
//   ... in another case (SSBRTG, Ssbrtg) 1 in 5,000
//   GISF_EIS_\w+_TO_1(23|45)\d+\.txt     1 in 2,000
//   GISF_EIS_ at all                     2 in 5
class Xferlog {
 public:
  explicit Xferlog(uint64_t seed) : random_(seed) {
    for (std::string_view near_miss : {"ssbrtq", "ssbrgt", "sbrtgs"})
      users_.emplace_back(near_miss);
    while (users_.size() < kUsers) users_.emplace_back(AnyUser());
    SetClock();
  }

  char* AppendRecord(char* out) {
    if (random_.OneIn(8)) {
      now_ += std::chrono::seconds(1 + random_.Below(3));
      SetClock();
    }
    const Piece<8>& user = ChooseUser();
    const auto address = static_cast<uint32_t>(random_.Next() >> 32);
    out = head_.AppendTo(out);
    out = numerals_.Append(out, random_.OneIn(4) ? random_.Below(90) : 0);
    *out++ = ' ';
    out = numerals_.AppendAddress(out, 11 + random_.Below(210), address);
    *out++ = ' ';
    out = numerals_.Append(out, random_.Below(1 << (8 + address % 20)));
    *out++ = ' ';
    out = AppendPath(out, user);
    out = modes_.AppendTo(out, random_);
    out = user.AppendTo(out);
    return tails_.AppendTo(out, random_);
  }

 private:
  static constexpr size_t kUsers = 400;

  std::string AnyUser() {
    std::string user(6, 'a');
    do {
      for (char& c : user) c = static_cast<char>('a' + random_.Below(26));
    } while (user == "ssbrtg");
    return user;
  }

  const Piece<8>& ChooseUser() {
    const uint32_t roll = random_.Below(10000);
    if (roll < 10) return wanted_user_;
    if (roll < 12) return shouted_users_[roll - 10];
    return users_[random_.Below(kUsers)];
  }

  char* AppendPath(char* out, const Piece<8>& user) {
    const uint32_t roll = random_.Below(100);
    if (roll < 30) return yearly_.AppendTo(out_directory_.AppendTo(out));
    if (roll < 40) return AppendRoutedFile(out_directory_.AppendTo(out));
    if (roll < 46) {
      out = AppendText(out_directory_.AppendTo(out), "GISF_TIS_");
      out = numerals_.Append(out, 100000 + random_.Below(100000));
      return AppendText(out, ".txt");
    }
    if (roll < 66) {
      out = AppendText(in_directory_.AppendTo(out), "upload_");
      out = numerals_.Append(out, 10000000 + random_.Below(80000000));
      return AppendText(out, ".csv");
    }
    if (roll < 80) return mirrored_.AppendTo(out, random_);
    if (roll < 92) {
      out = user.AppendTo(AppendText(out, "/home/ftp/"));
      out = reports_.AppendTo(out, random_);
      out = numerals_.AppendPadded3(out, random_.Below(1000));
      return AppendText(out, ".xls");
    }
    out = AppendText(out, "/var/spool/exchange/edi/BATCH-");
    out = numerals_.Append(out, random_.Below(4000000));
    return AppendText(out, ".edi.gz");
  }

  // GISF_EIS_NYC_TO_1357913.txt and its like: 1 in 200 of them is a hit for
  // the pattern above, the others just miss it.
  char* AppendRoutedFile(char* out) {
    const uint32_t roll = random_.Below(200);
    if (roll == 1) return AppendText(out, "GISF_EIS_TO_12345.txt");
    out = sites_.AppendTo(AppendText(out, "GISF_EIS_"), random_);
    if (roll == 2) return AppendText(out, "_TO_123.txt");
    if (roll == 3) return AppendText(out, "_TO_1453917.dat");
    if (roll == 0) {
      out = random_.OneIn(2) ? AppendText(out, "_TO_123") : AppendText(out, "_TO_145");
    } else {
      out = other_destinations_.AppendTo(out, random_);
    }
    out = numerals_.Append(out, random_.Below(50000));
    return AppendText(out, ".txt");
  }

  void SetClock() {
    const Moment m(now_);
    head_ = Piece<32>(std::string("1 ").append(m.day_name) + ' ' + std::string(m.month_name) + ' ' +
                      m.day + ' ' + m.time_of_day + ' ' + m.year + ' ');
    const std::string date = m.year + '_' + m.month + '_' + m.day + '/';
    out_directory_ = Piece<32>("/raid/ftp/out/" + date);
    in_directory_ = Piece<32>("/raid/ftp/in/" + date);
    yearly_ = Piece<32>("GISF_EIS_" + m.year + ".txt");
  }

  Random random_;
  const Numerals numerals_;
  const Piece<8> wanted_user_{"ssbrtg"};
  const std::array<Piece<8>, 2> shouted_users_{Piece<8>("SSBRTG"), Piece<8>("Ssbrtg")};
  std::vector<Piece<8>> users_;
  const Choice<16> modes_{
      {{10, " b _ o r "}, {3, " b _ i r "}, {2, " a _ o r "}, {1, " b C o g "}, {1, " b _ o a "}}};
  const Choice<16> tails_{{{40, " ftp 0 * c\n"}, {3, " ftp 0 * i\n"}, {2, " ftp 1 * c\n"}}};
  const Choice<16> sites_{{{4, "NYC"},
                           {3, "LON"},
                           {2, "TOK_2"},
                           {2, "FFM"},
                           {1, "NYC_LON"},
                           {1, "SYDNEY"},
                           {1, "hkg"}}};
  const Choice<8> other_destinations_{{{1, "_TO_124"},
                                       {1, "_TO_135"},
                                       {1, "_TO_144"},
                                       {1, "_TO_122"},
                                       {1, "_TO_223"},
                                       {1, "_TO_345"},
                                       {1, "_TO_913"},
                                       {1, "_to_123"},
                                       {1, "_TO_103"}}};
  const Choice<32> reports_{{{3, "/reports/Q3_summary_"},
                             {2, "/reports/2010/weekly_sales_"},
                             {2, "/public_html/img_"},
                             {1, "/reports/EIS_export_"}}};
  const Choice<64> mirrored_{{{2, "libc6_2.11.2-6_amd64.deb"},
                              {2, "gcc-4.4_4.4.4-17_i386.deb"},
                              {1, "linux-image-2.6.32-5-amd64_2.6.32-23_amd64.deb"},
                              {1, "postfix_2.7.1-1_amd64.deb"},
                              {1, "python2.6_2.6.6-3_amd64.deb"},
                              {1, "openssh-server_1%3a5.5p1-5_amd64.deb"}},
                             "/pub/mirror/pool/"};

  std::chrono::sys_seconds now_ = At(2010, 9, 10, std::chrono::seconds(86341));
  Piece<32> head_;
  Piece<32> out_directory_;
  Piece<32> in_directory_;
  Piece<32> yearly_;
};

}  // namespace loggen

#endif  // BIGSCAN_TESTS_BENCH_XFERLOG_H_
