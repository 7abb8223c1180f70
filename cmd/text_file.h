// A file of options' values, such as patterns.
#ifndef BIGSCAN_CMD_TEXT_FILE_H_
#define BIGSCAN_CMD_TEXT_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace bigscan {

// All of a file; "-" is the standard input. Fails with kNotFound and a message that names the file.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_TEXT_FILE_H_
