// Opens what the user calls an input.
#ifndef BIGSCAN_CMD_OPEN_FILE_H_
#define BIGSCAN_CMD_OPEN_FILE_H_

#include <string>

#include "ipc/unique_fd.h"

namespace bigscan {

// Opens `path` for reading, without waiting. /dev/fd/N, /proc/self/fd/N and /dev/stdin are descriptors
// that the program was started with, also sockets, which open(2) refuses; not those that it has opened
// itself. On failure the result is invalid, and errno tells why.
UniqueFd OpenFile(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_OPEN_FILE_H_
