// The worker process: takes tasks from its lane, has each chunk mapped, and sends the results back.
#ifndef BIGSCAN_IPC_WORKER_H_
#define BIGSCAN_IPC_WORKER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "ipc/arena.h"
#include "ipc/lane.h"
#include "ipc/test_hook.h"
#include "ipc/wire.h"

namespace bigscan {

using WorkerLane = Lane<Task, TaskResult>;

// What to do with a chunk. Made before the fork; called in the workers only.
class ChunkMapper {
 public:
  struct Outcome {
    uint64_t records = 0;
    Loss loss = {};
  };

  virtual ~ChunkMapper() = default;

  // Maps a chunk that lies in the file `fd`, or, with fd < 0, the whole records in `block`. Puts
  // the result into `result`, which is empty, and must depend on nothing but the chunk.
  virtual Outcome Map(const Task& task, int fd, absl::string_view block, std::string* result) = 0;

  // The most bytes that a result can have for a chunk of `chunk_size` bytes.
  virtual uint64_t MostResultBytes(uint64_t chunk_size) const = 0;
};

// Runs until the coordinator is gone, and does not return. `blocks` is the memory of the stream
// blocks, `block_size` bytes each, or null.
[[noreturn]] void RunWorker(WorkerLane* lane, Arena* arena, const char* blocks, uint64_t block_size,
                            ChunkMapper* mapper, const TestHook& hook);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_WORKER_H_
