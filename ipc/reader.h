// The reader process: the I/O stage for mapped files. Brings their bytes into the page cache ahead of the
// workers, so that none of these waits for the disk, and so that the disk sees one stream, in order.
#ifndef BIGSCAN_IPC_READER_H_
#define BIGSCAN_IPC_READER_H_

#include <cstdint>

#include "ipc/lane.h"
#include "ipc/test_hook.h"

namespace bigscan {

// Coordinator to reader: read the bytes [begin, end) of this source.
struct ReadRange {
  uint32_t source;
  uint64_t begin;
  uint64_t end;
};

// Reader to coordinator: they are in the page cache, or can not be read.
struct RangeRead {
  uint32_t source;
  uint64_t end;
};

using ReaderLane = Lane<ReadRange, RangeRead>;

// Reads what it is told to until the coordinator is gone; does not return. What it has been told is begun
// at once, and answered in order. `attempt`: how many readers have died before.
[[noreturn]] void RunReader(ReaderLane* lane, const TestHook& hook, uint32_t attempt);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_READER_H_
