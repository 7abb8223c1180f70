// The sources that are open, in order: those whose chunks are under way, the one whose chunks are handed
// out, and streams that are fed before their turn. In the coordinator.
#ifndef BIGSCAN_IPC_SOURCE_QUEUE_H_
#define BIGSCAN_IPC_SOURCE_QUEUE_H_

#include <poll.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ipc/block_pool.h"
#include "ipc/confinement.h"
#include "ipc/open_source.h"
#include "ipc/process_stats.h"
#include "ipc/scan_client.h"
#include "ipc/scan_options.h"
#include "ipc/stream.h"
#include "ipc/test_hook.h"

namespace bigscan {

class SourceQueue {
 public:
  // All must outlive the queue.
  SourceQueue(const ScanOptions& options, ScanClient* client, Confinement* confinement,
              const TestHook& hook);

  bool empty() const { return open_.empty(); }
  OpenSource& front() { return open_.front(); }
  const OpenSource& front() const { return open_.front(); }
  OpenSource* Find(uint32_t id);

  // Sees to it that next() is the next chunk in order. False if there is none now.
  absl::StatusOr<bool> Fetch();
  const std::optional<Task>& next() const { return next_; }
  // The chunk next() is handed out as number `seq`. REQUIRES: next().has_value().
  Task TakeNext(uint64_t seq);

  // Whether all chunks of all sources, or of the first one, have been handed out.
  bool AllHandedOut() const {
    return no_more_sources_ && Current() == nullptr && !next_.has_value();
  }
  bool FrontHandedOut() const;

  // No further chunk of the first source is needed.
  void DecideFront();
  // The first source is done with; waits up to `patience_us` for reads that were needless, to drop what
  // they bring (--drop-cache).
  void CloseFront(uint64_t patience_us);
  void StopStreams();
  // Once all children are gone.
  void DropCaches(uint64_t patience_us) const;

  // Around poll(2): false when there is something to do at once.
  bool PrepareToSleep();
  void AddPollFds(std::vector<pollfd>* fds) const;
  // `fds`: what AddPollFds added, after the poll. Returns what comes after these.
  const pollfd* Awake(const pollfd* fds);

  // Null if there is not the memory for it; then no stream can be read.
  const BlockPool* blocks() const { return blocks_.ok() ? &*blocks_ : nullptr; }
  // Of the feeders that have ended.
  const std::vector<ProcessStats>& feeder_stats() const { return feeder_stats_; }

 private:
  absl::Status OpenNext();
  absl::Status OpenAhead();
  OpenSource* Current();
  const OpenSource* Current() const;
  absl::StatusOr<std::unique_ptr<Stream>> StartStream(const Source& source);
  std::set<uint32_t> TakeBlocks(const Source& source);
  void StopStream(OpenSource* source);

  const ScanOptions& options_;
  ScanClient* const client_;
  Confinement* const confinement_;
  const TestHook& hook_;
  const size_t most_open_files_;
  absl::StatusOr<BlockPool> blocks_;
  std::set<uint32_t> free_blocks_;  // that no stream has been given
  std::deque<OpenSource> open_;
  size_t open_files_ = 0;     // of the open sources
  std::optional<Task> next_;  // fetched and not yet handed out
  bool no_more_sources_ = false;
  std::vector<ProcessStats> feeder_stats_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SOURCE_QUEUE_H_
