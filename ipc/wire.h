// What the coordinator, the workers and the feeders say to each other, as it lies in shared memory.
//
// Every message is plain data. The coordinator trusts none that comes from a child to be
// well-formed: it checks indices and lengths before use.
#ifndef BIGSCAN_IPC_WIRE_H_
#define BIGSCAN_IPC_WIRE_H_

#include <cstdint>

namespace bigscan {

constexpr uint32_t kNoBlock = UINT32_MAX;

// Coordinator to worker: map this chunk.
struct Task {
  uint64_t seq;    // counts the chunks handed out in this scan, from 0
  uint64_t index;  // counts the chunks of the source, from 0
  uint64_t begin;  // the chunk's bytes in the source, [begin, end)
  uint64_t end;
  uint64_t file_begin;  // the bytes of the source to scan at all, when mapped
  uint64_t file_end;
  uint32_t source;
  uint32_t block;    // the block that holds the bytes, or kNoBlock when the file is to be mapped
  uint32_t attempt;  // how many workers this chunk has killed
};

// Bytes that a worker could not map, and why.
struct Loss {
  enum class Reason : uint32_t {
    kNone,
    kTruncated,  // the file has become shorter than it was when it was opened
    kFailed,     // the handler failed: the result holds its message instead
  };
  Reason reason;
  uint64_t begin;
  uint64_t end;
};

// Worker to coordinator: a chunk is mapped. Its result lies in the lane's arena.
struct TaskResult {
  uint64_t index;
  uint32_t source;
  uint64_t result_begin;  // position in the arena
  uint64_t result_size;   // bytes
  uint64_t arena_end;     // what may be released once the result is committed
  uint64_t records;       // how many records the chunk owns; 0 unless asked for
  Loss loss;
};

// Coordinator to feeder: fill this block.
struct FreeBlock {
  uint32_t block;
};

// Feeder to coordinator: a block holds whole records.
struct FilledBlock {
  uint32_t block;
  uint64_t begin;  // where its bytes begin in the stream
  uint64_t size;   // bytes; 0 at the end of the stream, and for a loss
  uint64_t
      lost_end;  // when not 0: the bytes [begin, lost_end) were a record longer than a block can be
  int32_t error;    // errno of a failed read, after which the stream ends
  uint32_t at_end;  // the stream has ended
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_WIRE_H_
