// The coordinator's workers: their birth, their lanes, what each has to do, and their death.
#ifndef BIGSCAN_IPC_WORKER_POOL_H_
#define BIGSCAN_IPC_WORKER_POOL_H_

#include <poll.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "ipc/activity.h"
#include "ipc/arena.h"
#include "ipc/block_pool.h"
#include "ipc/child.h"
#include "ipc/clock.h"
#include "ipc/confinement.h"
#include "ipc/process_stats.h"
#include "ipc/scan_client.h"
#include "ipc/test_hook.h"
#include "ipc/worker.h"

namespace bigscan {

// A worker process with its lane and arena. Kept after its death until the last of its results has
// been committed.
struct WorkerProcess {
  WorkerProcess(std::shared_ptr<WorkerLane> lane, Arena arena)
      : lane(std::move(lane)), arena(std::move(arena)) {}

  const std::shared_ptr<WorkerLane> lane;
  Arena arena;
  const uint64_t started_us = NowMicros();
  std::optional<Child> child;
  std::deque<Task> tasks;    // assigned and not completed, in the order of the lane
  uint32_t uncommitted = 0;  // results, or parts of them, that have come and are not committed
  int64_t last_source = -1;  // whose descriptor it has been sent
};

class WorkerPool {
 public:
  struct Options {
    uint32_t count = 1;          // workers at most
    uint64_t arena_bytes = 0;    // shared memory for each one's results
    std::vector<int> cpus = {};  // the CPU of each worker, or empty: not pinned
  };

  // `mapper`, `blocks` (null without streams), `confinement` and `hook` must outlive the pool.
  WorkerPool(Options options, ChunkMapper* mapper, const BlockPool* blocks,
             Confinement* confinement, const TestHook& hook);
  ~WorkerPool();

  // Whether a task can be assigned now. Forks a further worker when the others have enough to do.
  absl::StatusOr<bool> CanAssign();
  // Gives `task` to the worker with the least to do. REQUIRES: CanAssign() has just returned true.
  absl::Status Assign(const Task& task, const Source& source);

  // Gives `task` to a worker that has nothing else to do, beyond Options::count: all others may have to
  // wait until this task's result is committed. REQUIRES: the last task so given is committed.
  absl::Status AssignToReserve(const Task& task, const Source& source);

  // Takes what has been completed.
  using OnResult = absl::FunctionRef<void(const std::shared_ptr<WorkerProcess>&, const Task&,
                                          const TaskResult&)>;
  void TakeResults(OnResult on_result);

  // A worker has died. `blamed` says that it was at `task`, which comes first; the other tasks it
  // had only waited. Returns what to do with the task.
  enum class Retry { kAgain, kNever };
  using OnDeath = absl::FunctionRef<Retry(Task* task, bool blamed, const ChildEnd& end)>;
  // Reaps the dead, and gives what they leave to replacements. Fails when workers die without
  // having done anything.
  absl::Status HandleDeaths(OnResult on_result, OnDeath on_death,
                            absl::FunctionRef<const Source&(uint32_t id)> find_source);

  // For the statistics: whether workers who have nothing to do wait for data.
  void SetStarved(bool starved);

  // What the workers are at. `now`: NowMicros.
  void AddActivity(uint64_t now, Activity* activity) const;

  // Around poll(2): false when there is something to do at once.
  bool PrepareToSleep();
  void AddPollFds(std::vector<pollfd>* fds) const;
  // `fds`: what AddPollFds added, after the poll. Returns whether a worker has died.
  bool Awake(const pollfd* fds);

  // Kills and reaps all. The statistics are then complete.
  void Stop();
  std::vector<ProcessStats> Stats() const { return stats_; }

 private:
  absl::Status Spawn(size_t index);
  absl::Status Give(const Task& task, const Source& source, WorkerProcess* worker);
  WorkerProcess* LeastBusy() const;
  void Reap(size_t index, ChildEnd* end);

  const Options options_;
  ChunkMapper* const mapper_;
  const BlockPool* const blocks_;
  Confinement* const confinement_;
  const TestHook& hook_;
  std::vector<std::shared_ptr<WorkerProcess>> workers_;
  std::vector<ProcessStats> stats_;  // by worker
  int idle_deaths_ = 0;              // in a row, without any result between
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_WORKER_POOL_H_
