// The coordinator: hands chunks to workers and commits what they send back.
//
// One thread and one loop, which (1) takes results, (2) commits those whose turn it is and writes
// what can be written without waiting, (3) hands out further chunks, and (4) sleeps until a worker,
// a feeder, a signal or the reader of the output has something for it. It looks at no byte of the
// input.
//
// Exactly once: a chunk's result is committed when all chunks before it have been, and a worker's
// death costs only results that had not come. A result that is too large for an arena comes, and is
// committed, in parts. Bounded: nothing is handed out further ahead of the
// commit point than the lanes hold, and nothing is committed before the output has taken what came
// before.
#ifndef BIGSCAN_IPC_COORDINATOR_H_
#define BIGSCAN_IPC_COORDINATOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "ipc/activity.h"
#include "ipc/confinement.h"
#include "ipc/open_source.h"
#include "ipc/process_stats.h"
#include "ipc/read_ahead.h"
#include "ipc/scan_client.h"
#include "ipc/scan_options.h"
#include "ipc/signals.h"
#include "ipc/source_queue.h"
#include "ipc/test_hook.h"
#include "ipc/wake_times.h"
#include "ipc/worker.h"
#include "ipc/worker_pool.h"

namespace bigscan {

class Coordinator {
 public:
  // All must outlive the coordinator. Forks nothing yet. Catches SIGINT, SIGTERM, SIGHUP, SIGUSR1 and, if
  // there are ticks, SIGTSTP for its lifetime.
  Coordinator(const ScanOptions& options, ScanClient* client, ChunkMapper* mapper);

  // Scans to the end. Fails when it had to give up: kUnavailable if the output failed, which the
  // client knows more about. All children are gone when it returns.
  absl::Status Run();

  // The signal that ended the scan, or 0.
  int signal() const { return signal_; }
  // Whether the deadline ended it.
  bool timed_out() const { return timed_out_; }
  // Whether one of these did: what has been committed is all chunks up to some place, and the output was cut
  // by ScanClient::CutOutput. Here, once Run has returned, a client can keep what it has so far.
  bool stopped_early() const { return signal_ != 0 || timed_out_; }
  // Whether the scan ended because nobody reads the output any more.
  bool reader_gone() const { return reader_gone_; }

  // Once Run has returned: the coordinator first, then workers, then feeders and the reader.
  std::vector<ProcessStats> Stats() const;
  uint64_t chunks() const { return next_seq_; }
  uint64_t retries() const { return retries_; }

 private:
  absl::Status Loop();
  bool EndScan();
  bool finished() const { return sources_.AllHandedOut() && sources_.empty() && flushed_; }

  absl::Status Commit();
  bool CommitReady() const;
  void MergeFront();
  absl::Status FinishFront();
  void PopFront();
  bool ReleaseFrontPart();
  void CloseFront();

  absl::Status HandOut();
  absl::StatusOr<bool> HandOutNext();
  bool NextReady();

  void OnResult(const std::shared_ptr<WorkerProcess>& worker, const Task& task,
                const TaskResult& result);
  absl::Status HandleDeaths();
  WorkerPool::Retry OnDeath(Task* task, bool blamed, const ChildEnd& end);

  absl::Status Sleep();
  void StopEarly();
  bool MustStop() const;
  void EndIfExpired(uint64_t now);
  void OnSignal(int signal);
  Activity CurrentActivity();

  OpenChunk* Find(const Task& task);

  const ScanOptions options_;
  ScanClient* const client_;
  const TestHook hook_;
  Confinement confinement_;
  SignalWatch signals_;
  SourceQueue sources_;
  WorkerPool workers_;
  ReadAhead read_ahead_;
  bool first_done_ = false;    // the first chunk that was handed out
  bool flushed_ = true;        // the output has taken all that was merged
  bool ended_ = false;         // the client knows that no more will come
  bool merged_front_ = false;  // a part of the first chunk is merged, and its memory still in use
  bool reader_gone_ = false;
  bool timed_out_ = false;
  WakeTimes wakes_;
  uint64_t next_seq_ = 0;
  uint64_t retries_ = 0;
  int signal_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_COORDINATOR_H_
