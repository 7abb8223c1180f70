#include "lib/json_paths.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lib/field_splitters.h"

namespace bigscan {
namespace {

constexpr char kFields[] = "any path, such as request.method, a.0.b or /request/method";

// The element of an array that a part of a path means (RFC 6901, section 4).
size_t ToIndex(absl::string_view part) {
  uint64_t index = 0;
  if (!IsNumber(part) || (part.size() > 1 && part[0] == '0')) return JsonPaths::kNoIndex;
  return absl::SimpleAtoi(part, &index) ? index : JsonPaths::kNoIndex;
}

// Whether each "~" is one of "~0" and "~1".
bool IsEscaped(absl::string_view pointer) {
  for (size_t at = pointer.find('~'); at != absl::string_view::npos;
       at = pointer.find('~', at + 1)) {
    if (at + 1 == pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1')) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status JsonPaths::Add(absl::string_view path, size_t slot) {
  const bool is_pointer = !path.empty() && path[0] == '/';
  if (path.empty() || IsNumber(path) || (is_pointer && !IsEscaped(path))) {
    return NoSuchField("json", path, kFields);
  }
  std::vector<std::string> parts =
      absl::StrSplit(is_pointer ? path.substr(1) : path, is_pointer ? '/' : '.');
  if (parts.size() > kMaxParts) {
    return absl::InvalidArgumentError(
        absl::StrCat("a json field has at most ", kMaxParts, " parts, not ", parts.size()));
  }
  if (is_pointer) {
    for (std::string& part : parts) part = absl::StrReplaceAll(part, {{"~1", "/"}, {"~0", "~"}});
  } else if (parts.size() > 1) {
    AddParts({std::string(path)}, {slot, true});
  }
  AddParts(parts, {slot, false});
  return absl::OkStatus();
}

void JsonPaths::AddParts(const std::vector<std::string>& parts, const Target& target) {
  size_t at = 0;
  for (const std::string& part : parts) {
    std::vector<Branch>& branches = nodes_[at].branches;
    const auto found = std::find_if(branches.begin(), branches.end(),
                                    [&](const Branch& branch) { return branch.key == part; });
    if (found != branches.end()) {
      at = found->node;
      continue;
    }
    at = nodes_.size();
    branches.push_back({part, ToIndex(part), at});
    nodes_.emplace_back();  // `branches` is no longer valid
  }
  nodes_[at].targets.push_back(target);
}

}  // namespace bigscan
