// The feeder process: the I/O stage for one stream. Reads it into blocks of whole records.
#ifndef BIGSCAN_IPC_FEEDER_H_
#define BIGSCAN_IPC_FEEDER_H_

#include <cstdint>

#include "ipc/block_pool.h"
#include "ipc/lane.h"
#include "ipc/stream_decoder.h"
#include "ipc/stream_reader.h"
#include "ipc/test_hook.h"
#include "ipc/wire.h"

namespace bigscan {

using FeederLane = Lane<FreeBlock, FilledBlock>;

struct FeederTask {
  StreamReader::Stream stream;
  const DecoderFactory* decoders;
  char delimiter;
  uint64_t patience_us;  // how long a record waits for one that has not been written yet, about
  uint32_t attempt;      // how many feeders this stream has killed
};

// Lets a pipe hold more, if `fd` is one and may be grown. Before RunFeeder, which may not.
void GrowPipe(int fd);

// Reads until the end of the stream, or until the coordinator is gone. Does not return.
//
// A block is handed over when it is full and what has to be seen with it is there, too, and when a slow
// source leaves records waiting in it.
[[noreturn]] void RunFeeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task,
                            const TestHook& hook);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_FEEDER_H_
