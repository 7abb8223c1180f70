// The configuration file: long options, one a line, and named jobs. bigscan.conf(5) describes it.
#ifndef BIGSCAN_CMD_CONFIG_FILE_H_
#define BIGSCAN_CMD_CONFIG_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/command_line.h"

namespace bigscan {

struct ConfigFile {
  // One or more named jobs, or none at all.
  struct Section {
    std::string name;
    std::string origin;  // "FILE:LINE: ", where it begins
    CommandLine options = {};
  };

  CommandLine common = {};               // what stands before the first section
  std::vector<std::string> inputs = {};  // the files to scan
  std::vector<Section> jobs = {};
};

// Fails with kFailedPrecondition and a message that begins with the file and the line, or with kNotFound if the file
// can not be read.
absl::StatusOr<ConfigFile> ReadConfigFile(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CONFIG_FILE_H_
