// Records of each format, and what a splitter makes of them as a line of text.
#ifndef BIGSCAN_TESTS_UNIT_SPLITTING_H_
#define BIGSCAN_TESTS_UNIT_SPLITTING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "lib/field_format.h"

namespace bigscan {

using Names = std::vector<std::string>;

inline constexpr char kCombined[] =
    "1.2.3.4 - bob [10/Oct/2025:13:55:36 +0000] \"GET /a?b=c HTTP/1.1\" 200 512 "
    "\"http://x/\" \"Mozilla/5.0 (X11)\"";
inline constexpr char kXferlog[] =
    "Fri Sep 10 23:59:01 2010 4 1.2.3.4 5762 /out/a.txt b _ o r jbeglh ftp 0 * c";
inline constexpr char kSyslog[] = "<34>Oct 11 22:14:15 web1 su[230]: 'su root' failed";
inline constexpr char kJson[] =
    R"({"status":200,"request":{"method":"GET","size":[1,2.50e+3,{"x":null}]},"ok":true,"n":null})";
inline constexpr char kLogfmt[] =
    R"(level=info msg="say \"hi\"\n" took=1.5ms debug empty= url=/a?b=c)";

inline std::unique_ptr<FieldSplitter> MakeSplitter(absl::string_view format, const Names& names,
                                                   absl::string_view header = "") {
  return FindFieldFormat(format)->make(names, header).value();
}

// The fields with "|" between them, "~" for one that is missing; "unfit" if the record is.
inline std::string Split(FieldSplitter* splitter, size_t count, absl::string_view record) {
  std::vector<absl::string_view> fields(count, "stale");
  // A copy of its very size, so that a sanitizer sees each byte that is read outside of it.
  const std::vector<char> bytes(record.begin(), record.end());
  if (!splitter->Split({bytes.data(), bytes.size()}, fields)) return "unfit";
  std::vector<std::string> texts;
  for (absl::string_view field : fields) {
    texts.emplace_back(field.data() == nullptr ? "~" : std::string(field));
  }
  return absl::StrJoin(texts, "|");
}

inline std::string Split(absl::string_view format, absl::string_view names,
                         absl::string_view record, absl::string_view header = "") {
  const Names list = absl::StrSplit(names, ' ');
  return Split(MakeSplitter(format, list, header).get(), list.size(), record);
}

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_SPLITTING_H_
