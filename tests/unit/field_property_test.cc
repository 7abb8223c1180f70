// Random and damaged records, split by every splitter.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/unit/splitting.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// Byte by byte, by the words of the format's description. `fields` are ip ident user time request
// status bytes referer agent.
std::string NaiveCombined(absl::string_view record) {
  size_t at = 0;
  std::vector<std::string> fields;
  const auto word = [&] {
    std::string text;
    while (at < record.size() && record[at] != ' ') text += record[at++];
    fields.push_back(text);
    return !text.empty();
  };
  const auto skip = [&](absl::string_view text) {
    const bool is_there = record.substr(at, text.size()) == text;
    at += is_there ? text.size() : 0;
    return is_there;
  };
  const auto until = [&](absl::string_view text) {
    std::string found;
    while (at < record.size() && record.substr(at, text.size()) != text) found += record[at++];
    fields.push_back(found);
    return !found.empty() && skip(text);
  };
  const auto quoted = [&] {
    std::string text;
    if (!skip("\"")) return false;
    while (at < record.size() && record[at] != '"') {
      if (record[at] == '\\' && at + 1 < record.size()) text += record[at++];
      text += record[at++];
    }
    fields.push_back(text);
    return skip("\"");
  };
  const bool fits = word() && skip(" ") && word() && skip(" ") && until(" [") && until("] \"") &&
                    (--at, quoted()) && skip(" ") && word() && skip(" ") && word() && skip(" ") &&
                    quoted() && skip(" ") && quoted() && (at == record.size() || skip(" "));
  return fits ? absl::StrJoin(fields, "|") : "unfit";
}

// Lines that fit, mostly; then some bytes of them are replaced or left out.
std::string AlmostCombined(Random* random) {
  const auto text = [&](absl::string_view alphabet) {
    return RandomText(random, alphabet, Pick(random, 40) + (Pick(random, 20) > 0));
  };
  std::string record = absl::StrCat(
      text("1.:"), " ", text("-a"), " ", text("ab [\""), " [", text("1/: ]"), "] \"", text("a /\\"),
      "a\" ", text("2"), " ", text("0-"), " \"", text("a \\"), "a\" \"", text("b ;\\"), "b\"");
  if (Pick(random, 3) == 0) record += text(" a\"");
  for (uint64_t i = Pick(random, 3); i > 0; --i) {
    const size_t at = Pick(random, record.size());
    record.replace(at, Pick(random, 2), RandomText(random, " []\"\\a\r", Pick(random, 2)));
  }
  return record;
}

TEST(FieldProperty, TemplatesAgreeWithANaiveSplitter) {
  const Names names = {"ip",     "ident", "user",    "time", "request",
                       "status", "bytes", "referer", "agent"};
  const auto splitter = MakeSplitter("combined", names);
  Random random(2);
  int fitting = 0;
  for (int round = 0; round < 30000; ++round) {
    std::string record = AlmostCombined(&random);
    const std::string found = Split(splitter.get(), names.size(), record);
    if (!record.empty() && record.back() == '\r') record.pop_back();
    ASSERT_EQ(found, NaiveCombined(record)) << record;
    fitting += found != "unfit";
  }
  EXPECT_GT(fitting, 10000);
}

// An example of each format, and fields of it.
struct Example {
  const char* format;
  Names names;
  const char* record;
};

const std::vector<Example>& Examples() {
  static const std::vector<Example> examples = {
      {"combined", {"agent", "path", "user"}, kCombined},
      {"combined", {"status"}, kCombined},
      {"common", {"bytes", "protocol"}, kCombined},
      {"xferlog", {"status", "time"}, kXferlog},
      {"syslog", {"message", "program", "pid"}, kSyslog},
      {"json", {"request.size.2.x", "request", "status", "n", "request.method"}, kJson},
      {"logfmt", {"url", "msg", "empty"}, kLogfmt},
      {"csv", {"1", "3", "2"}, R"(a,"b ""and"" c",d)"},
      {"tsv", {"1", "3", "2"}, "a\tb\tc"},
      {"space", {"0", "1", "3", "2"}, "a  b \tc"},
  };
  return examples;
}

// A splitter that has split other records finds the same as one that has not.
void SplitInBothWays(FieldSplitter* used, const Example& example, absl::string_view record) {
  const std::string found = Split(used, example.names.size(), record);
  const auto fresh = MakeSplitter(example.format, example.names);
  ASSERT_EQ(found, Split(fresh.get(), example.names.size(), record))
      << example.format << ": " << record;
}

TEST(FieldProperty, CutAtEachByte) {
  for (const Example& example : Examples()) {
    const auto used = MakeSplitter(example.format, example.names);
    const std::string record = example.record;
    EXPECT_NE(Split(used.get(), example.names.size(), record), "unfit") << example.format;
    for (size_t size = 0; size < record.size(); ++size) {
      SplitInBothWays(used.get(), example, record.substr(0, size));
      SplitInBothWays(used.get(), example, record.substr(size));
    }
  }
}

TEST(FieldProperty, RandomBytes) {
  Random random(3);
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  for (const Example& example : Examples()) {
    const auto used = MakeSplitter(example.format, example.names);
    for (int round = 0; round < 3000; ++round) {
      std::string record = example.record;
      const absl::string_view alphabet =
          Pick(&random, 2) == 0 ? absl::string_view(all_bytes) : "{}[]()<>,:;\"\\=/~ \t\r-0123aZ_";
      if (Pick(&random, 4) == 0) record.clear();
      for (uint64_t i = 1 + Pick(&random, 6); i > 0; --i) {
        const size_t at = Pick(&random, record.size() + 1);
        const std::string text = RandomText(&random, alphabet, Pick(&random, 8));
        record.replace(at, Pick(&random, 8), text);
      }
      SplitInBothWays(used.get(), example, record);
    }
  }
}

// What is wrong with a record shows whichever name stands first.
TEST(FieldProperty, TheOrderOfJsonNamesMakesNoDifference) {
  Random random(1);
  const Names names = {"a", "b", "a.b", "/a", "b.0", "a.b.c"};
  const auto splitter = MakeSplitter("json", names);
  const auto reversed = MakeSplitter("json", Names(names.rbegin(), names.rend()));
  const Names texts = {"{", "}", "[", "]", ",", ":", "\"a\":", "\"b\":", "\"a.b\"", "1", "null"};
  int fitting = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string record = "{\"a\":";
    for (uint64_t i = Pick(&random, 8); i > 0; --i) record += texts[Pick(&random, texts.size())];
    record += "}";
    Names fields = absl::StrSplit(Split(reversed.get(), names.size(), record), '|');
    std::reverse(fields.begin(), fields.end());
    ASSERT_EQ(Split(splitter.get(), names.size(), record), absl::StrJoin(fields, "|")) << record;
    fitting += fields.size() > 1;
  }
  EXPECT_GT(fitting, 500);
}

// A record of one byte over and over takes time in proportion to its length: these would take hours
// if they took its square.
TEST(FieldProperty, LongRecords) {
  for (const Example& example : Examples()) {
    const auto splitter = MakeSplitter(example.format, example.names);
    for (const char* piece :
         {" ", "\"", "\\", "a ", " [", "] ", "{\"a\":", "[", ",", "\t", "a=\"\" "}) {
      std::string record;
      while (record.size() < 1000000) record += piece;
      Split(splitter.get(), example.names.size(), record);
      Split(splitter.get(), example.names.size(), std::string(example.record) + record);
    }
  }
}

}  // namespace
}  // namespace bigscan
