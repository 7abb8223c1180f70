// How many descriptors this process may use, and for what.
#ifndef BIGSCAN_IPC_DESCRIPTOR_LIMIT_H_
#define BIGSCAN_IPC_DESCRIPTOR_LIMIT_H_

#include <cstddef>
#include <cstdint>

namespace bigscan {

// How many files of sources may be open at once: as many as leave descriptors for `workers` workers,
// those that replace them included, and for the search of directories; at least 1. Raises the process's
// soft limit to the hard one.
size_t MostOpenFiles(uint32_t workers);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_DESCRIPTOR_LIMIT_H_
