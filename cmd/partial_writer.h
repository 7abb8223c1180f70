// What --partial FILE makes of a scan: takes in what jobs save, and writes it when all is done.
#ifndef BIGSCAN_CMD_PARTIAL_WRITER_H_
#define BIGSCAN_CMD_PARTIAL_WRITER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/ending_signals.h"
#include "cmd/input_list.h"
#include "cmd/options.h"
#include "cmd/snapshot_file.h"
#include "ipc/unique_fd.h"
#include "jobs/job.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

// What a snapshot keeps of the options, without the inputs, and whether their names are shown.
void FillOptions(const Options& options, bool show_names, snapshot::Header* header);
// What a snapshot of the share that `list` has taken says of where it comes from.
void FillHeader(const Options& options, const InputList& list, snapshot::Header* header);

class PartialWriter {
 public:
  // Fails if there can be no new file in the directory: better said before the scan. `options` must outlive it.
  static absl::StatusOr<std::unique_ptr<PartialWriter>> Create(const Options& options);

  // Where the output is to go: a file that only this process knows of.
  int output_fd() const { return output_.get(); }

  // Before Job::EndSource of the input `id`, when all of its output has been written.
  void EndSource(uint32_t id, const Job& job);

  // After the scan: writes the snapshot. Leaves an old file alone if it fails, or if a signal comes that is to end the
  // program.
  absl::Status Write(const InputList& list, Job* job);

 private:
  PartialWriter(const Options& options, UniqueFd output)
      : options_(options), output_(std::move(output)) {}

  absl::Status WriteSources(SnapshotWriter* writer, const EndingSignals& signals);
  absl::Status WriteOutput(uint64_t end, uint32_t input, SnapshotWriter* writer,
                           const EndingSignals& signals);

  // An input in which there was something.
  struct Ended {
    snapshot::Source state = {};
    uint64_t output_end = 0;  // in the file
  };

  const Options& options_;
  const UniqueFd output_;
  std::vector<Ended> ended_;
  uint64_t written_ = 0;  // up to here what was put out is in the snapshot
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_PARTIAL_WRITER_H_
