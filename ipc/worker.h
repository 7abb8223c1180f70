// The worker process: takes tasks from its lane, has each chunk mapped, and sends the results back.
#ifndef BIGSCAN_IPC_WORKER_H_
#define BIGSCAN_IPC_WORKER_H_

#include <cstdint>
#include <span>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "ipc/arena.h"
#include "ipc/lane.h"
#include "ipc/packed_file.h"
#include "ipc/test_hook.h"
#include "ipc/wire.h"

namespace bigscan {

using WorkerLane = Lane<Task, TaskResult>;

// What to do with a chunk. Made before the fork; called in the workers only.
class ChunkMapper {
 public:
  virtual ~ChunkMapper() = default;

  // Sends what is in the result as a part of it, and empties it: what a chunk can come to has no
  // bound, what lies in shared memory must have one.
  using SendPart = absl::FunctionRef<void()>;

  // Maps the chunk of `task`: the bytes of the file `fd`, or, if that is below 0, of `block`, where
  // `task.after` bytes follow it. Puts the result into `result`, which is empty, and calls `send_part`
  // when it holds kPartBytes or more. The result and its parts must depend on nothing but the chunk:
  // when the worker dies, another one makes them again, and those that have come are left out.
  virtual void Map(const Task& task, int fd, absl::string_view block, SendPart send_part,
                   std::string* result) = 0;

  // The same for a pack, all of whose files one chunk covers.
  virtual void MapPack(std::span<const PackedFile> files, SendPart send_part,
                       std::string* result) = 0;

  // The most bytes that a part of a result can have.
  virtual uint64_t MostResultBytes() const = 0;

  static constexpr size_t kPartBytes = 512 << 10;
};

// Runs until the coordinator is gone, and does not return. `blocks` is the memory of the stream
// blocks, `block_size` bytes each, or null.
[[noreturn]] void RunWorker(WorkerLane* lane, Arena* arena, const char* blocks, uint64_t block_size,
                            ChunkMapper* mapper, const TestHook& hook);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_WORKER_H_
