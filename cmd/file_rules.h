// Which files and directories are to be read: --include, --exclude and --exclude-dir, as in grep.
#ifndef BIGSCAN_CMD_FILE_RULES_H_
#define BIGSCAN_CMD_FILE_RULES_H_

#include <string>
#include <vector>

#include "cmd/options.h"

namespace bigscan {

// Globs are fnmatch(3)'s, without flags: `*` matches slashes and leading dots, too. That of a file or
// directory that was found in a directory must match its base name; that of one named on the command
// line must match the name, or what follows a slash in it.
//
// Of the rules for files the last one that matches decides. A file that none matches is read, unless the
// first of the rules includes.
class FileRules {
 public:
  FileRules(std::vector<Options::FileRule> files, std::vector<std::string> excluded_dirs);

  enum class Origin { kCommandLine, kFound };
  bool SkipsFile(const char* name, Origin origin) const;
  bool SkipsDirectory(const char* name, Origin origin) const;

 private:
  const std::vector<Options::FileRule> files_;
  const std::vector<std::string> excluded_dirs_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_FILE_RULES_H_
