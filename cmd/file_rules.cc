#include "cmd/file_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

namespace bigscan {
namespace {

bool Matches(const std::string& glob, const char* name, FileRules::Origin origin) {
  if (fnmatch(glob.c_str(), name, 0) == 0) return true;
  if (origin == FileRules::Origin::kFound) return false;
  // grep looks globs without wildcards up in a table, where it does not care for double slashes.
  const bool plain = glob.find_first_of("?*[") == std::string::npos;
  for (; *name != '\0'; ++name) {
    if (name[0] != '/' || (name[1] == '/' && !plain)) continue;
    if (fnmatch(glob.c_str(), name + 1, 0) == 0) return true;
  }
  return false;
}

}  // namespace

FileRules::FileRules(std::vector<Options::FileRule> files, std::vector<std::string> excluded_dirs)
    : files_(std::move(files)), excluded_dirs_(std::move(excluded_dirs)) {}

bool FileRules::SkipsFile(const char* name, Origin origin) const {
  if (files_.empty()) return false;
  const auto last = std::find_if(files_.rbegin(), files_.rend(), [&](const auto& rule) {
    return Matches(rule.glob, name, origin);
  });
  return last == files_.rend() ? files_.front().include : !last->include;
}

bool FileRules::SkipsDirectory(const char* name, Origin origin) const {
  return std::any_of(excluded_dirs_.begin(), excluded_dirs_.end(),
                     [&](const std::string& glob) { return Matches(glob, name, origin); });
}

}  // namespace bigscan
