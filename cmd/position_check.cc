#include "cmd/position_check.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cmd/log_matcher.h"
#include "lib/fingerprint.h"

namespace bigscan {
namespace {

bool IsName(const std::string& name) { return !name.empty() && !absl::StrContains(name, '\0'); }

bool IsOf(const snapshot::Fingerprint& mark, uint64_t place) {
  return mark.bytes() == std::min(place, kFingerprintBytes);
}

bool HasMarks(const snapshot::Position& position) {
  const uint64_t offset = position.offset();
  if (!position.compressed()) return IsOf(position.head(), offset) && IsOf(position.tail(), offset);
  // Those of the text are only there if they were known, and the first one may be of an earlier offset.
  return IsOf(position.file_head(), position.size()) &&
         IsOf(position.file_tail(), position.size()) &&
         position.head().bytes() <= std::min(offset, kFingerprintBytes) &&
         (!position.has_tail() || IsOf(position.tail(), offset));
}

}  // namespace

std::string WhyImpossible(const snapshot::Position& position) {
  if (!IsName(position.name()) || (!position.path().empty() && !IsName(position.path()))) {
    return "a log has a name that no file has";
  }
  if (!position.path().empty() &&
      DirectoryPart(position.path()) != DirectoryPart(position.name())) {
    return position.path() + " is not beside " + position.name();
  }
  if (!HasMarks(position)) return position.name() + " has fingerprints of another offset";
  return "";
}

bool IsBelow(absl::string_view name, absl::string_view top) {
  if (!absl::ConsumePrefix(&name, top)) return false;
  const bool begins = top.empty() || absl::EndsWith(top, "/");
  if (begins ? absl::StartsWith(name, "/") && top.empty() : !absl::ConsumePrefix(&name, "/")) {
    return false;
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

}  // namespace bigscan
