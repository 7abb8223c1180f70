// Has the kernel read a mapped chunk from the disk before a worker comes to it.
#ifndef BIGSCAN_IPC_READ_AHEAD_H_
#define BIGSCAN_IPC_READ_AHEAD_H_

#include <cstdint>

namespace bigscan {

// Starts reading the bytes [begin, end) of `fd` unless they seem to be in the page cache already, and
// waits for nothing. As chunks are handed out in the order of the file, so the disk sees one sequential
// stream, as far ahead of the workers as there are chunks in their lanes. Costs two system calls when
// the bytes are cached.
void ReadAhead(int fd, uint64_t begin, uint64_t end);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_READ_AHEAD_H_
