// How a worker reads the files of a pack.
#ifndef BIGSCAN_CMD_PACK_H_
#define BIGSCAN_CMD_PACK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipc/packed_file.h"

namespace bigscan {

// Reads the bytes of `file` into `buffer`, whose size it does not reduce. The bytes are fewer than
// file.size if the file is not longer, and `truncated` is set if it has been.
struct PackedBytes {
  absl::string_view bytes;
  bool truncated = false;
};
absl::StatusOr<PackedBytes> ReadPackedFile(const PackedFile& file, std::string* buffer);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_PACK_H_
