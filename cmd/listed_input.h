// Whether an input still is what a list says of it.
#ifndef BIGSCAN_CMD_LISTED_INPUT_H_
#define BIGSCAN_CMD_LISTED_INPUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/input_list.h"

namespace bigscan {

// XXH3, 64 bits, big-endian, of the first and the last 4096 bytes of the first `size` bytes of the file `fd`; of all of
// them, if there are fewer. Fails if they can not be read.
absl::StatusOr<std::string> EndsDigest(int fd, uint64_t size);

// Fails with kFailedPrecondition, and a message without the name, if the file `fd` is not what was listed: by its size
// and its time of modification; where the list has a digest of its ends, a file that has grown still is, unless it can
// not be cut; where it may grow, by its identity.
absl::Status CheckListed(const ListedInput& listed, int fd);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_LISTED_INPUT_H_
