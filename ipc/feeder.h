// The feeder process: the I/O stage for one stream. Reads it into blocks of whole records.
#ifndef BIGSCAN_IPC_FEEDER_H_
#define BIGSCAN_IPC_FEEDER_H_

#include <cstdint>

#include "ipc/block_pool.h"
#include "ipc/lane.h"
#include "ipc/test_hook.h"
#include "ipc/wire.h"

namespace bigscan {

using FeederLane = Lane<FreeBlock, FilledBlock>;

struct FeederTask {
  int fd;          // read from where it stands
  uint64_t begin;  // what the stream's next byte is counted as
  uint64_t end;    // read no further
  char delimiter;
  uint32_t attempt;  // how many feeders this stream has killed
};

// Reads until the end of the stream, or until the coordinator is gone. Does not return.
//
// A block is handed over when it is full, and when a slow source leaves records waiting in it: a
// record never waits longer than about 50 ms for a record that has not been written yet.
[[noreturn]] void RunFeeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task,
                            const TestHook& hook);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_FEEDER_H_
