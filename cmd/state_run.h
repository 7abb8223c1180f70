// --state FILE: one run of a scan that goes on from run to run. Reads the state, says what is to be scanned, and writes the
// state that is to take its place.
//
// A state is a snapshot (bigscan-snapshot(5)). Where a job's result grows from run to run, it is in there: the job is given
// that of all runs before, and what is printed is what --merge prints of the new state. So both always tell the same. The
// state is put in place last: a run that ends before that has never been, and the next one does it again.
#ifndef BIGSCAN_CMD_STATE_RUN_H_
#define BIGSCAN_CMD_STATE_RUN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/options.h"
#include "cmd/resume.h"
#include "cmd/snapshot_file.h"
#include "cmd/state_lock.h"
#include "ipc/stream_decoder.h"
#include "ipc/unique_fd.h"
#include "jobs/job.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

class StateRun {
 public:
  // Locks the state until this is destroyed, and reads it if there is one. Fails, with the file's name, if another run has
  // it, if it can not be read, or if it is of another kind of result; with kDeadlineExceeded if the time that the whole
  // run has is over before another run's end. `options` must outlive it.
  static absl::StatusOr<std::unique_ptr<StateRun>> Create(const Options& options);

  bool accumulates() const { return accumulates_; }
  // If it accumulates: where what the jobs report during the scan is to go, which is nowhere.
  int output_fd() const { return nowhere_.get(); }

  // Finds what is to be scanned. Once.
  InputList List(const DecoderFactory& decoders);
  bool had_error() const { return resumed_.had_error; }
  // Before the scan: gives the job the result of the runs before.
  absl::Status Load(Job* job);

  // Of the input `id` of the list, as the scan goes on: the records of its text that begin before `end` are done,
  void Scanned(uint32_t id, uint64_t end);
  // and, before Job::EndSource, all of them; or no more will be, and the scan ends here.
  void EndSource(uint32_t id, const Job& job);
  void StopSource(uint32_t id, const Job& job);

  // After the scan: writes the new state to the disk. `list` is the one that was scanned. Returns the name under which it
  // is to be found until Commit.
  absl::StatusOr<std::string> Write(const InputList& list, Job* job);
  // Puts it in place. To be called when all output is where it belongs.
  absl::Status Commit() { return writer_->Install(); }

 private:
  explicit StateRun(const Options& options);

  absl::Status CheckKind() const;
  absl::Status FillState(const InputList& list, snapshot::State* state) const;
  absl::StatusOr<snapshot::Position> PositionIn(const ListedInput& input, uint64_t end,
                                                uint64_t scanned) const;
  snapshot::Source& Row(const std::string& name);

  const Options& options_;
  const bool accumulates_;
  std::unique_ptr<StateLock> lock_;
  std::unique_ptr<SnapshotReader> reader_;  // of the old state, if there is one
  snapshot::Header old_;
  UniqueFd nowhere_;
  Resumed resumed_;
  std::vector<uint64_t> scanned_;  // by input of the list
  std::vector<bool> ended_;        // the same
  std::vector<std::string> labels_;
  bool has_rows_;  // the result is told by input
  struct Named {
    std::string name;
    snapshot::Source source;
  };
  std::vector<Named> rows_;  // in the order of the first runs that had them
  std::unique_ptr<SnapshotWriter> writer_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_STATE_RUN_H_
