// What the coordinator, the workers and the feeders say to each other, as it lies in shared memory.
//
// Every message is plain data. The coordinator trusts none that comes from a child to be
// well-formed: it checks indices and lengths before use.
#ifndef BIGSCAN_IPC_WIRE_H_
#define BIGSCAN_IPC_WIRE_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace bigscan {

constexpr uint32_t kNoBlock = UINT32_MAX;

// Grep's buffers: whether the records of one are binary depends on all of its bytes.
constexpr uint64_t kSightBytes = 96 << 10;
constexpr size_t kErrorBytes = 104;  // of a message, with its NUL

// What the client has to tell its mapper of a chunk.
using Note = std::array<uint64_t, 4>;

// Coordinator to worker: map this chunk.
struct Task {
  uint64_t seq;    // counts the chunks handed out in this scan, from 0
  uint64_t index;  // counts the chunks of the source, from 0
  uint64_t begin;  // the chunk's bytes in the source, [begin, end)
  uint64_t end;
  uint64_t
      file_begin;  // when mapped, the part of the source that is scanned like a file of its own
  uint64_t file_end;
  uint32_t source;
  uint32_t block;    // the block that holds the bytes, or kNoBlock when the file is to be mapped
  uint32_t files;    // how many files the source is a pack of, or 0; the chunk is then all of them
  uint32_t attempt;  // how many workers this chunk has killed
  uint32_t parts;    // how many parts of its result have come already
  uint32_t how;      // what the client says of the source: see Source
  uint64_t after;    // bytes of the stream that follow the chunk in its block: see FilledBlock
  Note note;         // and of the chunk: see ScanClient::Range
};

// Worker to coordinator: a chunk, or a part of it, is mapped. The result lies in the lane's arena.
struct TaskResult {
  uint64_t index;
  uint32_t source;
  uint64_t result_begin;  // position in the arena
  uint64_t result_size;   // bytes
  uint64_t arena_end;     // what may be released once the result is committed
  uint32_t more;          // further parts of the result follow
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
  // So many bytes follow them in the block: those up to the end of the last record's buffer, unless they
  // have kept the block waiting for too long, or fewer when there are no more. They come again.
  uint64_t after;
  uint64_t
      lost_end;  // when not 0: the bytes [begin, lost_end) were a record longer than a block can be
  uint32_t at_end;          // the stream has ended
  char error[kErrorBytes];  // unless empty, why it ended here: text that ends with a NUL
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_WIRE_H_
