#include "lib/pattern.h"

#include "absl/strings/str_split.h"

namespace bigscan {

std::vector<std::string> PatternsOfArgument(absl::string_view lines) {
  return absl::StrSplit(lines, '\n');
}

std::vector<std::string> PatternsOfFile(absl::string_view contents) {
  if (contents.empty()) return {};
  if (contents.back() == '\n') contents.remove_suffix(1);
  return PatternsOfArgument(contents);
}

}  // namespace bigscan
