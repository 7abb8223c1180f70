// The coordinator: hands chunks to workers and commits what they send back.
//
// One thread and one loop, which (1) takes results, (2) commits those whose turn it is and writes
// what can be written without waiting, (3) hands out further chunks, and (4) sleeps until a worker,
// a feeder, a signal or the reader of the output has something for it. It looks at no byte of the
// input.
//
// Exactly once: a chunk's result is committed when all chunks before it have been, and a worker's
// death costs only results that had not come. Bounded: nothing is handed out further ahead of the
// commit point than the lanes hold, and nothing is committed before the output has taken what came
// before.
#ifndef BIGSCAN_IPC_COORDINATOR_H_
#define BIGSCAN_IPC_COORDINATOR_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "ipc/block_pool.h"
#include "ipc/process_stats.h"
#include "ipc/scan_client.h"
#include "ipc/signals.h"
#include "ipc/stream.h"
#include "ipc/test_hook.h"
#include "ipc/worker.h"
#include "ipc/worker_pool.h"

namespace bigscan {

struct ScanOptions {
  uint32_t workers = 1;
  std::vector<int> worker_cpus = {};  // where to pin the workers, or empty
  int feeder_cpu = -1;                // where to pin a feeder, or -1
  uint64_t chunk_size = 0;            // bytes of a mapped chunk, for the size of the arenas
  uint64_t block_size = 0;            // bytes of a stream's block
  uint64_t most_record_bytes = 0;     // how long a stream's record may be
  char delimiter = '\n';
};

class Coordinator {
 public:
  // All must outlive the coordinator. Forks nothing yet. Catches SIGINT, SIGTERM and SIGHUP for its
  // lifetime.
  Coordinator(const ScanOptions& options, ScanClient* client, ChunkMapper* mapper);

  // Scans to the end. Fails when it had to give up: kUnavailable if the output failed, which the
  // client knows more about. All children are gone when it returns.
  absl::Status Run();

  // The signal that ended the scan, or 0.
  int signal() const { return signal_; }
  // Whether the scan ended because nobody reads the output any more.
  bool reader_gone() const { return reader_gone_; }

  // Once Run has returned: the coordinator first, then workers, then feeders.
  std::vector<ProcessStats> Stats() const;
  uint64_t chunks() const { return next_seq_; }
  uint64_t retries() const { return retries_; }

 private:
  // A chunk from the moment it is handed out until it is committed.
  struct Chunk {
    Task task;
    bool done = false;
    uint32_t faults = 0;                         // deaths of workers that it caused itself
    std::string lost = {};                       // why its bytes could not be scanned, if so
    std::shared_ptr<WorkerProcess> worker = {};  // whose arena holds the result
    TaskResult result = {};
  };
  // A source from its first chunk until its last one is committed.
  struct OpenSource {
    Source source;
    std::unique_ptr<Stream> stream;
    std::deque<Chunk> chunks;  // handed out and not committed
    uint64_t first_index = 0;  // of chunks.front() in the source
    bool exhausted = false;    // no further chunk will come
    bool decided = false;      // no further chunk is needed
    int read_error = 0;
    std::optional<Stream::End> feeder_end;
  };

  absl::Status Loop();
  bool finished() const { return no_more_sources_ && open_.empty() && flushed_; }

  absl::Status Commit();
  bool CommitReady() const;
  bool Complete(const OpenSource& source) const;
  void MergeFront();
  void PopFront();
  void Decide(OpenSource* source);
  void CloseFront();

  absl::Status HandOut();
  absl::StatusOr<bool> Fetch();
  absl::Status OpenNext();
  absl::StatusOr<bool> FetchChunk(OpenSource* source);
  absl::StatusOr<bool> FetchBlock(OpenSource* source);
  absl::StatusOr<bool> StartStream(OpenSource* source);

  void OnResult(const std::shared_ptr<WorkerProcess>& worker, const Task& task,
                const TaskResult& result);
  absl::Status HandleDeaths();
  WorkerPool::Retry OnDeath(Task* task, bool blamed, const ChildEnd& end);

  absl::Status Sleep();
  void FlushForSignal();

  OpenSource* Find(uint32_t source);
  Chunk* Find(const Task& task);
  void StopStream(OpenSource* source);

  const ScanOptions options_;
  ScanClient* const client_;
  const TestHook hook_;
  const size_t most_open_sources_;
  SignalWatch signals_;
  absl::StatusOr<BlockPool> blocks_;
  WorkerPool workers_;
  std::deque<OpenSource> open_;
  std::optional<Task> next_;  // fetched and not yet handed out; of open_.back()
  bool no_more_sources_ = false;
  bool flushed_ = true;        // the output has taken all that was merged
  bool merged_front_ = false;  // the first chunk is merged, and its memory still in use
  bool reader_gone_ = false;
  uint64_t next_seq_ = 0;
  uint64_t retries_ = 0;
  int signal_ = 0;
  std::vector<ProcessStats> feeder_stats_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_COORDINATOR_H_
