// The fields of a record in each format are those that a second splitter finds: for templates a regex, for
// JSON another parser, else a naive one.
// RapidJSON 1.1 adds to null pointers.
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), apply_to = function)
#include <rapidjson/document.h>
#pragma clang attribute pop

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/json_text.h"
#include "lib/record_matcher.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/splitting.h"

namespace bigscan {
namespace {

// Fields as tests/unit/splitting.h writes them.
std::string Join(const std::vector<std::string>& fields) { return absl::StrJoin(fields, "|"); }

std::string WithoutCr(absl::string_view record) {
  return std::string(record.substr(0, record.size() - absl::EndsWith(record, "\r")));
}

// --- Templates ---

struct Template {
  const char* format;
  Names names;
  const char* regex;  // one group for each of the names
};

// A field's choice is final, so groups are atomic, and one that would be empty makes the record unfit.
const std::vector<Template>& Templates() {
  static const std::vector<Template> templates = {
      {"combined",
       {"ip", "ident", "user", "time", "request", "status", "bytes", "referer", "agent"},
       R"re(\A([^ ]++) ([^ ]++) (?>(?! \[)(.+?) \[)(?>(?!\] ")(.+?)\] ")((?:[^"\\]|\\.)*+)" ([^ ]++) ([^ ]++) )re"
       R"re("((?:[^"\\]|\\.)*+)" "((?:[^"\\]|\\.)*+)"(?: |\z))re"},
      {"common",
       {"ip", "ident", "user", "time", "request", "status", "bytes"},
       R"re(\A([^ ]++) ([^ ]++) (?>(?! \[)(.+?) \[)(?>(?!\] ")(.+?)\] ")((?:[^"\\]|\\.)*+)" ([^ ]++) ([^ ]++))re"
       R"re((?: |\z))re"},
  };
  return templates;
}

std::string ByRegex(const Template& tried, const std::string& record) {
  static std::vector<RecordMatcher> matchers;
  if (matchers.empty()) {
    for (const Template& each : Templates()) {
      matchers.push_back(
          RecordMatcher::Compile({.text = absl::StrCat("(?s)", each.regex)}).value());
      matchers.back().KeepGroups();
    }
  }
  const RecordMatcher& matcher = matchers[static_cast<size_t>(&tried - Templates().data())];
  const auto found = matcher.Find(record, {});
  if (!found.ok() || !found->has_value()) return "unfit";
  std::vector<std::string> fields;
  for (uint32_t i = 1; i <= tried.names.size(); ++i) {
    fields.emplace_back(matcher.Group(record, i));
  }
  return Join(fields);
}

// --- Columns ---

std::string Numbered(std::vector<std::string> columns, size_t wanted) {
  columns.resize(std::max(columns.size(), wanted), "~");
  columns.resize(wanted);
  return Join(columns);
}

std::string NaiveTsv(const std::string& record, size_t wanted) {
  if (record.empty()) return Numbered({}, wanted);
  return Numbered(absl::StrSplit(record, '\t'), wanted);
}

std::string NaiveSpace(const std::string& record, size_t wanted) {
  return Numbered(absl::StrSplit(record, absl::ByAnyChar(" \t"), absl::SkipEmpty()), wanted);
}

// RFC 4180, a byte after the other. Quotes behind a column's beginning are a part of it.
std::string NaiveCsv(const std::string& record, size_t wanted) {
  enum { kBegin, kPlain, kQuoted, kBehindQuote } state = kBegin;
  std::vector<std::string> columns;
  if (record.empty()) return Numbered({}, wanted);
  columns.emplace_back();
  for (const char c : record) {
    if (state == kQuoted) {
      if (c == '"') {
        state = kBehindQuote;
      } else {
        columns.back() += c;
      }
    } else if (c == ',') {
      columns.emplace_back();
      state = kBegin;
    } else if (state == kBegin && c == '"') {
      state = kQuoted;
    } else if (state == kBehindQuote) {
      if (c != '"') return "unfit";
      columns.back() += '"';
      state = kQuoted;
    } else {
      columns.back() += c;
      state = kPlain;
    }
  }
  return state == kQuoted ? "unfit" : Numbered(columns, wanted);
}

// --- logfmt ---

std::string NaiveLogfmt(const std::string& record, const Names& names) {
  std::vector<std::string> found(names.size(), "~");
  bool has_pair = false;
  size_t at = 0;
  const auto is_blank = [&] { return record[at] == ' ' || record[at] == '\t'; };
  while (true) {
    size_t left = 0;
    for (size_t i = 0; i < names.size(); ++i) left += found[i] == "~";
    if (left == 0 && has_pair) break;  // what is behind is not looked at
    while (at < record.size() && is_blank()) ++at;
    if (at == record.size()) break;
    std::string key;
    while (at < record.size() && !is_blank() && record[at] != '=') key += record[at++];
    std::string value;
    if (at < record.size() && record[at] == '=') {
      has_pair |= !key.empty();
      ++at;
      if (at < record.size() && record[at] == '"') {
        for (++at; at < record.size() && record[at] != '"'; ++at) {
          if (record[at] != '\\') {
            value += record[at];
            continue;
          }
          if (++at == record.size()) return "unfit";
          const size_t escape = std::string("ntr\"\\").find(record[at]);
          if (escape == std::string::npos) value += '\\';
          value += escape == std::string::npos ? record[at] : "\n\t\r\"\\"[escape];
        }
        if (at == record.size()) return "unfit";
        ++at;
      } else {
        while (at < record.size() && !is_blank()) value += record[at++];
      }
    }
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == key && found[i] == "~") found[i] = value;
    }
  }
  return has_pair ? Join(found) : "unfit";
}

// --- JSON ---

// What RapidJSON finds at the pointer, as text; containers are only told by their kind.
std::string JsonField(const rapidjson::Value& root, const std::vector<std::string>& path) {
  const rapidjson::Value* value = &root;
  for (const std::string& part : path) {
    if (value->IsObject()) {
      const auto member = value->FindMember(rapidjson::Value(
          rapidjson::StringRef(part.data(), static_cast<rapidjson::SizeType>(part.size()))));
      if (member == value->MemberEnd()) return "~";
      value = &member->value;
    } else if (value->IsArray() && part == "0" && !value->Empty()) {
      value = &(*value)[0];
    } else {
      return "~";
    }
  }
  if (value->IsNull()) return "~";
  if (value->IsBool()) return value->GetBool() ? "true" : "false";
  if (value->IsObject()) return "{";
  if (value->IsArray()) return "[";
  return {value->GetString(), value->GetStringLength()};  // numbers are kept as strings
}

// Whether an escape is the second half of a pair without the first: RapidJSON takes that, and simdjson does
// not, nor does UTF-8 have it. (The first half without the second neither takes.)
bool HasLoneLowSurrogate(absl::string_view record) {
  const auto unit_at = [record](size_t at) {
    uint32_t unit = 0;
    const bool is_unit =
        record.substr(at, 2) == "\\u" && absl::SimpleHexAtoi(record.substr(at + 2, 4), &unit);
    return is_unit ? unit : 0;
  };
  for (size_t at = record.find('\\'); at < record.size(); at = record.find('\\', at)) {
    const uint32_t unit = unit_at(at);
    if (unit >> 10 == 0xdc00 >> 10) return true;
    at += unit >> 10 == 0xd800 >> 10 ? 12 : 2;  // a pair, or what at most digits follow
  }
  return false;
}

// What a record that RapidJSON takes is split into. simdjson does not look at what no path leads to, so
// that it may fit although RapidJSON does not take it.
void CheckJson(absl::string_view record) {
  static const Names names = {"/a", "/a/b", "/a/0", "/b"};
  static const std::vector<std::vector<std::string>> paths = {{"a"}, {"a", "b"}, {"a", "0"}, {"b"}};
  static FieldSplitter* const splitter = MakeSplitter("json", names).release();
  std::vector<absl::string_view> fields(names.size());
  const std::vector<char> copy(record.begin(), record.end());
  const bool fits = splitter->Split({copy.data(), copy.size()}, fields);
  if (absl::StartsWith(record, "\xef\xbb\xbf")) record.remove_prefix(3);
  // RapidJSON ends at a NUL, and takes bytes that are no UTF-8, as unlike it simdjson does not.
  if (!IsUtf8(record) || absl::StrContains(record, '\0')) return;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(
      record.data(), record.size());
  if (document.HasParseError() || !document.IsObject()) return;
  if (!fits) {
    if (HasLoneLowSurrogate(record)) return;
    // simdjson's parser goes only so deep.
    constexpr size_t kMostDepth = 1000;
    EXPECT_GT(std::count(record.begin(), record.end(), '[') +
                  std::count(record.begin(), record.end(), '{'),
              kMostDepth)
        << record;
    return;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string expected = JsonField(document, paths[i]);
    if (expected == "{" || expected == "[") {
      EXPECT_EQ(fields[i].substr(0, 1), expected) << names[i] << " of " << record;
    } else if (expected == "~") {
      EXPECT_EQ(fields[i].data(), nullptr) << names[i] << " of " << record;
    } else {
      EXPECT_NE(fields[i].data(), nullptr) << names[i] << " of " << record;
      EXPECT_EQ(fields[i], expected) << names[i] << " of " << record;
    }
  }
}

// --- All formats ---

// Fields of each, for what has no second splitter: one that has split other records finds the same as
// one that has not, and fields lie one behind the other.
void CheckRepeats(absl::string_view format, const Names& names, absl::string_view record) {
  static std::map<std::string, std::unique_ptr<FieldSplitter>> used;
  std::unique_ptr<FieldSplitter>& splitter = used[std::string(format)];
  if (splitter == nullptr) splitter = MakeSplitter(format, names);
  const auto fresh = MakeSplitter(format, names);
  EXPECT_EQ(Split(splitter.get(), names.size(), record), Split(fresh.get(), names.size(), record))
      << format;
}

void CheckFormat(size_t format, absl::string_view record) {
  static const Names numbers = {"1", "2", "3", "4"};
  static const Names keys = {"a", "level", "msg"};
  const std::string plain = WithoutCr(record);
  const auto split = [record](const char* name, const Names& names) {
    static std::map<std::string, std::unique_ptr<FieldSplitter>> splitters;
    std::unique_ptr<FieldSplitter>& splitter = splitters[name];
    if (splitter == nullptr) splitter = MakeSplitter(name, names);
    return Split(splitter.get(), names.size(), record);
  };
  switch (format) {
    case 0:
    case 1: {
      const Template& tried = Templates()[format];
      EXPECT_EQ(split(tried.format, tried.names), ByRegex(tried, plain)) << record;
      break;
    }
    case 2:
      EXPECT_EQ(split("tsv", numbers), NaiveTsv(plain, numbers.size())) << record;
      break;
    case 3:
      EXPECT_EQ(split("csv", numbers), NaiveCsv(plain, numbers.size())) << record;
      break;
    case 4:
      EXPECT_EQ(split("space", numbers), NaiveSpace(std::string(record), numbers.size())) << record;
      break;
    case 5:
      EXPECT_EQ(split("logfmt", keys), NaiveLogfmt(plain, keys)) << record;
      break;
    case 6:
      CheckJson(record);
      CheckRepeats("json", {"a.b", "/a", "b.0", "a"}, record);
      break;
    case 7:
      CheckRepeats("syslog", {"message", "program", "pid", "time", "host"}, record);
      break;
    default:
      CheckRepeats("xferlog", {"status", "time", "bytes", "path"}, record);
  }
}

// A header may be anything, too: then each of its names is a column.
void CheckHeader(const char* format, absl::string_view header, absl::string_view record) {
  const auto numbers = FindFieldFormat(format)->make(Names{"1"}, header);
  if (!numbers.ok()) {
    EXPECT_TRUE(absl::IsInvalidArgument(numbers.status()));
    return;
  }
  std::vector<absl::string_view> first(1);
  if (!(*numbers)->Split(header, first) || first[0].data() == nullptr) return;
  std::string name(first[0]);
  if (absl::StartsWith(name, "\xef\xbb\xbf")) return;  // a mark is no part of the name
  const bool is_number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
  if (is_number) return;
  const auto named = FindFieldFormat(format)->make(Names{name}, header);
  EXPECT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(Split(named->get(), 1, record), Split(numbers->get(), 1, record));
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const size_t format = input.Below(11);
  if (format >= 9) {
    const absl::string_view header = input.Line();
    CheckHeader(format == 9 ? "csv" : "tsv", header, input.rest());
    return 0;
  }
  CheckFormat(format, input.rest());
  return 0;
}
