// The coordinator's side of one stream: its feeder, and the blocks that it has under way.
#ifndef BIGSCAN_IPC_STREAM_H_
#define BIGSCAN_IPC_STREAM_H_

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ipc/block_pool.h"
#include "ipc/child.h"
#include "ipc/confinement.h"
#include "ipc/feeder.h"
#include "ipc/process_stats.h"
#include "ipc/scan_client.h"
#include "ipc/test_hook.h"

namespace bigscan {

class Stream {
 public:
  // How many blocks keep `workers` workers busy; as many as a lane has room for, at most.
  static uint32_t BlocksFor(uint32_t workers) {
    return std::min<uint32_t>(2 * workers + 2, FeederLane::kCapacity);
  }
  // How many are enough for a stream whose turn has not come yet.
  static constexpr uint32_t kBlocksAhead = 2;

  // Forks the feeder of `source`, which must outlive the stream like `pool`, `confinement`, `hook` and the
  // decoders.
  // `blocks` of the pool are its own.
  struct Options {
    char delimiter = '\n';
    const DecoderFactory* decoders = nullptr;
    uint64_t patience_us = 0;  // see FeederTask
    int cpu = -1;              // to pin the feeder to, or -1
  };
  static absl::StatusOr<std::unique_ptr<Stream>> Start(const Source& source, const Options& options,
                                                       const BlockPool& pool,
                                                       std::set<uint32_t> blocks,
                                                       Confinement* confinement,
                                                       const TestHook& hook);
  ~Stream() { Stop(); }

  // The next block, in order.
  bool TakeBlock(FilledBlock* block);
  // A block is committed, or was never needed.
  void Free(uint32_t block);

  // Gives it a further block of the pool to fill. REQUIRES: it then has no more than a lane has room for.
  void Grant(uint32_t block);
  // Those that it has been given. Once the stream is stopped and no chunk of it is in use, they may be
  // given to another one.
  const std::set<uint32_t>& blocks() const { return blocks_; }

  // A longer record is lost.
  uint64_t most_record_bytes() const { return pool_.capacity(); }

  // The feeder has announced the end, or has died for good.
  bool at_end() const { return at_end_; }

  // To be called when there is no block to take. If the feeder has died: starts another one where a
  // stream can be read again. Otherwise the stream ends here; returns what the feeder died of, and
  // where.
  struct End {
    uint64_t position;
    std::string reason;
  };
  absl::StatusOr<std::optional<End>> Recover();

  // Of a file: up to where the feeder has read it.
  uint64_t read_end() const { return lane_->counters().read_end.load(std::memory_order_relaxed); }

  bool PrepareToSleep();
  void AddPollFds(std::vector<pollfd>* fds) const;
  // `fds`: what AddPollFds added, after the poll. Returns what comes after these.
  const pollfd* Awake(const pollfd* fds);

  // Kills and reaps the feeder.
  void Stop();
  const ProcessStats& stats() const { return stats_; }

 private:
  Stream(const Source& source, const Options& options, const BlockPool& pool,
         Confinement* confinement, const TestHook& hook)
      : source_(source), options_(options), pool_(pool), confinement_(confinement), hook_(hook) {}

  absl::Status Spawn();
  void Reap();

  const Source& source_;
  const Options options_;
  const BlockPool& pool_;
  Confinement* const confinement_;
  const TestHook& hook_;
  std::shared_ptr<FeederLane> lane_;
  std::optional<Child> child_;
  ChildEnd end_;  // of the last child
  std::set<uint32_t> blocks_;
  std::set<uint32_t> under_way_;  // those that the feeder has handed over
  uint64_t position_ = 0;         // the stream up to here has been handed over
  uint32_t deaths_ = 0;           // in a row, without a block between
  uint32_t faults_ = 0;           // those of them that nobody else caused
  bool at_end_ = false;
  ProcessStats stats_{.name = "feeder"};
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_STREAM_H_
