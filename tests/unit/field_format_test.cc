#include "lib/field_format.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/unit/splitting.h"

namespace bigscan {
namespace {

std::string MakeError(absl::string_view format, const Names& names, absl::string_view header = "") {
  const auto splitter = FindFieldFormat(format)->make(names, header);
  EXPECT_EQ(splitter.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(splitter.status().message());
}

TEST(FieldFormat, Table) {
  Names names;
  for (const FieldFormat& format : FieldFormats()) names.emplace_back(format.name);
  EXPECT_EQ(absl::StrJoin(names, " "), "combined common xferlog syslog space tsv csv json logfmt");
  EXPECT_EQ(FindFieldFormat("nonsense"), nullptr);
  EXPECT_EQ(FindFieldFormat("combined")->fields,
            "ip ident user time request method path protocol status bytes referer agent");
  EXPECT_EQ(FindFieldFormat("syslog")->time_field, "time");
  EXPECT_EQ(FindFieldFormat("json")->time_field, "");
}

TEST(FieldFormat, HasField) {
  const auto has = [](absl::string_view format, absl::string_view name) {
    return HasField(*FindFieldFormat(format), name);
  };
  EXPECT_TRUE(has("combined", "agent"));
  EXPECT_FALSE(has("common", "agent"));
  EXPECT_FALSE(has("combined", "1"));
  EXPECT_TRUE(has("json", "request.method"));
  EXPECT_FALSE(has("json", "1"));
  EXPECT_FALSE(has("json", ""));
  EXPECT_TRUE(has("logfmt", "level"));
  EXPECT_TRUE(has("csv", "1"));
  EXPECT_TRUE(has("csv", "Total cost"));
  EXPECT_FALSE(has("csv", "0"));
  EXPECT_FALSE(has("tsv", "a\nb"));
  EXPECT_TRUE(has("space", "0"));
  EXPECT_FALSE(has("space", "user"));
}

TEST(FieldFormat, NoSuchField) {
  EXPECT_EQ(MakeError("common", {"ip", "agent"}),
            "no field 'agent' in common, which has: ip ident user time request method path "
            "protocol status bytes");
  EXPECT_EQ(MakeError("csv", {"c"}, "a,\"b\"\r"),
            "no field 'c' in csv, which has: a b, or 1 2 ...");
  EXPECT_EQ(MakeError("tsv", {"c"}), "no field 'c' in tsv, which has: 1 2 ...");
  MakeError("csv", {"0"}, "0,1");
  MakeError("csv", {"1"}, "a,\"b");
  MakeError("space", {"x"});
  MakeError("json", {"/a~2"});
  MakeError("json", {"17"});
  MakeError("json", {std::string(1000, '.')});
  MakeError("logfmt", {"a=b"});
}

TEST(FieldFormat, AnyNumberOfNames) {
  for (const FieldFormat& format : FieldFormats()) {
    EXPECT_TRUE(format.make({}, "").ok()) << format.name;
  }
  EXPECT_EQ(Split("combined", "ip ip method status method", kCombined),
            "1.2.3.4|1.2.3.4|GET|200|GET");
  EXPECT_EQ(Split("csv", "2 1 2", "a,\"b\"\"\""), "b\"|a|b\"");
  EXPECT_EQ(Split("json", "ok ok", kJson), "true|true");
  EXPECT_EQ(Split("logfmt", "level level", kLogfmt), "info|info");
  EXPECT_EQ(Split("space", "1 0 1", "a b"), "a|a b|a");
}

TEST(FieldFormat, Combined) {
  EXPECT_EQ(Split("combined", "ip ident user time status bytes referer agent", kCombined),
            "1.2.3.4|-|bob|10/Oct/2025:13:55:36 +0000|200|512|http://x/|Mozilla/5.0 (X11)");
  EXPECT_EQ(Split("combined", "agent path request", kCombined),
            "Mozilla/5.0 (X11)|/a?b=c|GET /a?b=c HTTP/1.1");
  EXPECT_EQ(Split("common", "status bytes", kCombined), "200|512");
  EXPECT_EQ(Split("combined", "agent", std::string(kCombined) + " 0.1 \"more"),
            "Mozilla/5.0 (X11)");
  // Without names all of it is looked at.
  EXPECT_EQ(Split(MakeSplitter("combined", {}).get(), 0, kCombined), "");
  EXPECT_EQ(Split(MakeSplitter("combined", {}).get(), 0, std::string(kCombined) + "x"), "unfit");
}

TEST(FieldFormat, CombinedOddities) {
  const auto split = [](absl::string_view request, absl::string_view agent) {
    return Split("combined", "user method path protocol agent",
                 absl::StrCat("::1 - a b [t] \"", request, "\" 200 - \"-\" \"", agent, "\""));
  };
  EXPECT_EQ(split("GET / HTTP/2", "x"), "a b|GET|/|HTTP/2|x");
  EXPECT_EQ(split("GET /a b HTTP/2", "x"), "a b|GET|/a b|HTTP/2|x");
  EXPECT_EQ(split("GET /\\\"", "x"), "a b|~|~|~|x");
  EXPECT_EQ(split("-", ""), "a b|~|~|~|");
  EXPECT_EQ(split("", "x"), "a b|~|~|~|x");
  EXPECT_EQ(split("GET / ", "x"), "a b|~|~|~|x");
  EXPECT_EQ(split("\\x16\\x03", "a \\\"b\\\" \\\\"), "a b|~|~|~|a \\\"b\\\" \\\\");
  EXPECT_EQ(split("GET / HTTP/2", "a \"b"), "unfit");
  EXPECT_EQ(Split("common", "bytes", "h - - [t] \"r\" 200 17\r"), "17");
  EXPECT_EQ(Split("common", "bytes", "h - - [t] \"r\" 200 "), "unfit");
  EXPECT_EQ(Split("common", "status", "h  - [t] \"r\" 200 17"), "unfit");
  EXPECT_EQ(Split("common", "ip", ""), "unfit");
}

TEST(FieldFormat, Xferlog) {
  const std::string names =
      "time duration host bytes path type action direction access user service auth auth_user "
      "status";
  const std::string fields =
      "Fri Sep 10 23:59:01 2010|4|1.2.3.4|5762|/out/a.txt|b|_|o|r|jbeglh|ftp|0|*|c";
  EXPECT_EQ(Split("xferlog", names, kXferlog), fields);
  for (const char* number : {"1 ", "12 ", "123 ", "1234 ", "12345678901234567890123456789 "}) {
    EXPECT_EQ(Split("xferlog", names, std::string(number) + kXferlog), fields) << number;
  }
  EXPECT_EQ(Split("xferlog", "time host", "Fri Sep  1 23:59:01 2010 4 h 5"),
            "Fri Sep  1 23:59:01 2010|h");
  EXPECT_EQ(Split("xferlog", "host", "Fri Sep 10 23:59:01 10 4 h 5"), "unfit");
  EXPECT_EQ(Split("xferlog", "status", std::string(kXferlog, sizeof(kXferlog) - 2)), "unfit");
}

TEST(FieldFormat, Syslog) {
  const auto split = [](absl::string_view record) {
    return Split("syslog", "time host program pid message", record);
  };
  EXPECT_EQ(split(kSyslog), "Oct 11 22:14:15|web1|su|230|'su root' failed");
  EXPECT_EQ(split("Oct  1 22:14:15 h kernel: [  1.5] x: y"),
            "Oct  1 22:14:15|h|kernel|~|[  1.5] x: y");
  EXPECT_EQ(split("2025-10-10T13:55:36.123456+02:00 h postfix/smtpd[7]: x"),
            "2025-10-10T13:55:36.123456+02:00|h|postfix/smtpd|7|x");
  EXPECT_EQ(split("2025-10-10T13:55:36Z h a:"), "2025-10-10T13:55:36Z|h|a|~|");
  EXPECT_EQ(split("Oct 11 22:14:15 h last message repeated 2 times: x"),
            "Oct 11 22:14:15|h|~|~|last message repeated 2 times: x");
  EXPECT_EQ(split("Oct 11 22:14:15 h a[7] x"), "Oct 11 22:14:15|h|~|~|a[7] x");
  EXPECT_EQ(split("Oct 11 22:14:15 h a[]: x"), "Oct 11 22:14:15|h|~|~|a[]: x");
  EXPECT_EQ(split("Oct 11 22:14:15 h a[7: x"), "Oct 11 22:14:15|h|~|~|a[7: x");
  EXPECT_EQ(split("Oct 11 22:14:15 h "), "Oct 11 22:14:15|h|~|~|");
  EXPECT_EQ(split("Oct 11 22:14:15 h"), "unfit");
  EXPECT_EQ(split("<3>h x"), "unfit");
  EXPECT_EQ(split("a b c d e f"), "unfit");
  // That there is no program only shows behind it.
  EXPECT_EQ(Split("syslog", "program", "Oct 11 22:14:15 h a[7] x"), "~");
}

TEST(FieldFormat, Space) {
  EXPECT_EQ(Split("space", "1 2 4", " \ta\t bc  d "), "a|bc|~");
  EXPECT_EQ(Split("space", "0 1", ""), "|~");
  EXPECT_EQ(Split("space", "3 99999999999999999999", "a b \r"), "\r|~");
}

TEST(FieldFormat, Tsv) {
  EXPECT_EQ(Split("tsv", "1 2 3 4", "a\t\t\"b\"\r"), "a||\"b\"|~");
  EXPECT_EQ(Split("tsv", "two 1", "a\tb", "one\ttwo"), "b|a");
  EXPECT_EQ(Split("tsv", "1", ""), "~");
  EXPECT_EQ(Split("tsv", "2", "a\t"), "");
}

TEST(FieldFormat, Csv) {
  EXPECT_EQ(Split("csv", "1 2 3", "a,\"b,\"\"c\"\"\",\"\""), "a|b,\"c\"|");
  EXPECT_EQ(Split("csv", "1 2 3 4", "\"a\"\"\",b\"c,\"\"\"\"\r"), "a\"|b\"c|\"|~");
  EXPECT_EQ(Split("csv", "y,\" x", "1,2,3", "x,\"y,\"\"\",x\r"), "2|1");
  EXPECT_EQ(Split("csv", "x", "1,2", "\xef\xbb\xbfx,y"), "1");
  EXPECT_EQ(Split("csv", "1", "a,b,\"c"), "unfit");
  EXPECT_EQ(Split("csv", "1", "a,\"b\"c"), "unfit");
  EXPECT_EQ(Split("csv", "1", "a,b,c\"d"), "a");
  EXPECT_EQ(Split("csv", "1", "\""), "unfit");
  EXPECT_EQ(Split("csv", "2 3", "a,"), "|~");
}

TEST(FieldFormat, CsvHeaderIsNoData) {
  const auto splitter = MakeSplitter("csv", {"y"}, "x,y\r");
  EXPECT_TRUE(splitter->IsHeader("x,y"));
  EXPECT_TRUE(splitter->IsHeader("x,y\r"));
  EXPECT_FALSE(splitter->IsHeader("x,z"));
  EXPECT_EQ(Split(splitter.get(), 1, "x,y"), "y");
  EXPECT_FALSE(MakeSplitter("csv", {"1"})->IsHeader(""));
  EXPECT_FALSE(MakeSplitter("json", {"y"})->IsHeader("x,y"));
}

TEST(FieldFormat, Json) {
  EXPECT_EQ(Split("json", "status request.method request.size.1 ok n nothing", kJson),
            "200|GET|2.50e+3|true|~|~");
  EXPECT_EQ(Split("json", "request.size request.size.2 request.size.0 request.size.2.x", kJson),
            R"([1,2.50e+3,{"x":null}]|{"x":null}|1|~)");
  EXPECT_EQ(Split("json", "/request/method /request/size/01 /request/size/3", kJson), "GET|~|~");
  EXPECT_EQ(Split("json", "a b", R"( {"a" : [ 1 , 2 ] , "b" : 12345678901234567890.10 } )"),
            "[ 1 , 2 ]|12345678901234567890.10");
  EXPECT_EQ(Split("json", "a /b~1c /~0", R"({"\u0061":"\u00e9\n\"","b/c":"","~":0})"),
            "\u00e9\n\"||0");
  EXPECT_EQ(Split("json", "a", R"({"a":"\ud83d\ude00","b":"\ude00"})"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(Split("json", "status.x ok.0 request.method.y", kJson), "~|~|~");
  EXPECT_EQ(Split("json", "a.", R"({"a":{"":1}})"), "1");
}

TEST(FieldFormat, JsonKeyWithDots) {
  for (const char* record : {R"({"a.b":1,"a":{"b":2}})", R"({"a":{"b":2},"a.b":1})"}) {
    EXPECT_EQ(Split("json", "a.b /a/b a", record), R"(1|2|{"b":2})") << record;
  }
  EXPECT_EQ(Split("json", "a.b", R"({"a.b":null,"a":{"b":2}})"), "~");
  EXPECT_EQ(Split("json", "a.b.c", R"({"a.b":{"c":1}})"), "~");
}

TEST(FieldFormat, JsonFirstOfEqualKeys) {
  EXPECT_EQ(Split("json", "a a.b", R"({"a":{"c":0},"a":{"b":1},"a":2})"), R"({"c":0}|~)");
}

TEST(FieldFormat, JsonUnfit) {
  for (const char* record : {"",
                             " ",
                             "[1]",
                             "1",
                             "null",
                             "{",
                             R"({"a":1)",
                             R"({"a":1,)",
                             R"({"a":1}})",
                             R"({"a":1} x)",
                             R"({"a":01})",
                             R"({"a":-})",
                             R"({"a":tru})",
                             R"({"a":1 2})",
                             R"({"a" 1})",
                             R"({"a":"\x"})",
                             R"({"a":"x)",
                             R"({"a":"\ud83d"})",
                             R"({"a":"\ude00"})",
                             "{\"a\":\"\xff\"}",
                             "{\"b\":\"\xff\"}",
                             R"({"a":nul})",
                             R"({"a":})",
                             R"({a:1})",
                             R"({"a":1 "b":2})",
                             R"({"a":1}{"a":2})"}) {
    EXPECT_EQ(Split("json", "a", record), "unfit") << record;
  }
}

TEST(FieldFormat, JsonDepth) {
  const std::string deep = "{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  EXPECT_EQ(Split("json", "a.0.0.0.x b", deep), "~|~");
  EXPECT_EQ(Split("json", "a b", deep.substr(0, 100000)), "unfit");
}

TEST(FieldFormat, Logfmt) {
  EXPECT_EQ(Split("logfmt", "url level msg took debug empty nothing", kLogfmt),
            "/a?b=c|info|say \"hi\"\n|1.5ms|||~");
  EXPECT_EQ(Split("logfmt", "a b", "a=1 a=2 b=\"\\\\ \\t \\q\"\r"), "1|\\ \t \\q");
  EXPECT_EQ(Split("logfmt", "b", "a=\"x\"b=1"), "1");
  EXPECT_EQ(Split("logfmt", "b", "=x b=1 =\"y\""), "1");
  EXPECT_EQ(Split("logfmt", "a", "a \t b=1"), "");
  EXPECT_EQ(Split("logfmt", "a", "a"), "unfit");
  EXPECT_EQ(Split("logfmt", "a", "=1"), "unfit");
  EXPECT_EQ(Split("logfmt", "a", ""), "unfit");
  EXPECT_EQ(Split("logfmt", "a", "  \t"), "unfit");
  EXPECT_EQ(Split("logfmt", "b", "a=\"x b=1"), "unfit");
  EXPECT_EQ(Split("logfmt", "b", "a=\"x\\"), "unfit");
}

}  // namespace
}  // namespace bigscan
