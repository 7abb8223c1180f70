// Small files that travel together: one message of descriptors, one task, one result with a part
// for each. A task for each file of 10 KB would cost more than to scan it.
#ifndef BIGSCAN_IPC_PACKED_FILE_H_
#define BIGSCAN_IPC_PACKED_FILE_H_

#include <cstddef>
#include <cstdint>

#include "ipc/page_cache.h"
#include "ipc/unique_fd.h"

namespace bigscan {

// A file of a pack; its bytes [0, size) are scanned.
struct PackedFile {
  UniqueFd fd;
  uint64_t size = 0;     // when it was opened
  ColdRanges cold = {};  // what is to be dropped from the page cache behind the scan
};

// Files in a pack. A message carries at most 253 descriptors (SCM_MAX_FD, unix(7)).
constexpr size_t kMostPackedFiles = 64;

}  // namespace bigscan

#endif  // BIGSCAN_IPC_PACKED_FILE_H_
