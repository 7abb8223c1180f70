// A file of options' values, such as patterns.
#ifndef BIGSCAN_CMD_TEXT_FILE_H_
#define BIGSCAN_CMD_TEXT_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace bigscan {

// All of a file; "-" is the standard input. Fails with kNotFound and a message that names the file, also if it has more
// than `most` bytes.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, uint64_t most = UINT64_MAX);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_TEXT_FILE_H_
