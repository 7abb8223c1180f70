// One scan: joins the inputs, the plan and the jobs to the processes that carry it out. What is here
// runs in the coordinator; what a worker does with a chunk, the mapper knows.
#ifndef BIGSCAN_CMD_SCAN_H_
#define BIGSCAN_CMD_SCAN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/decoders.h"
#include "cmd/file_chunks.h"
#include "cmd/inputs.h"
#include "cmd/job_mapper.h"
#include "cmd/lost_bytes.h"
#include "cmd/options.h"
#include "cmd/partial_writer.h"
#include "cmd/progress.h"
#include "cmd/result_part.h"
#include "cmd/scan_job.h"
#include "cmd/segments.h"
#include "cmd/state_run.h"
#include "ipc/packed_file.h"
#include "ipc/scan_client.h"
#include "ipc/worker.h"
#include "jobs/job.h"
#include "lib/text_decoder.h"
#include "lib/time_search.h"

namespace bigscan {

// What a scan has seen.
struct ScanTotals {
  uint64_t bytes = 0;
  // Only with --stats.
  uint64_t records = 0;
  std::map<std::string, uint64_t> bytes_by_engines;
  // Bytes that were not looked at, as they are of other times; if there can be any.
  std::optional<uint64_t> skipped = {};
};

class Scan : public ScanClient {
 public:
  // Compiles the patterns. Fails with kInvalidArgument on an invalid one, with kDeadlineExceeded as StateRun::Create does.
  static absl::StatusOr<std::unique_ptr<Scan>> Create(const Options& options);

  const Options& options() const { return options_; }
  const DecoderFactory& decoders() const { return decoders_; }
  uint32_t StreamsAtOnce() const { return inputs_.StreamsAtOnce(); }

  // The bytes that a worker gets at once, of any input, at most.
  uint64_t BlockBytes() const;

  ChunkMapper* mapper() { return mapper_.get(); }
  std::span<const std::unique_ptr<ScanJob>> jobs() const { return jobs_; }
  const ScanTotals& totals() const { return totals_; }
  uint64_t selected() const;
  bool had_error() const {
    return had_error_ || lost_.any() || inputs_.had_error() ||
           (state_ != nullptr && state_->had_error());
  }
  // Of the first output that failed, if one has.
  const absl::Status& output_status() const;
  // Says what is still to be said. Once, at the end.
  void Finish();
  // Puts the files in place that the jobs write. After Finish, if all that was found is written.
  absl::Status CommitOutputs();
  // With --partial, after Finish, if there was no error.
  absl::Status WritePartial() { return partial_->Write(inputs_.list(), jobs_.front()->main()); }

  // With --state, after Finish: see state_run.h. Null without.
  StateRun* state() { return state_.get(); }
  absl::StatusOr<std::string> WriteState() {
    return state_->Write(inputs_.list(), jobs_.front()->main());
  }

  // When a signal or the time has ended the scan: saves how far it has come, if there is a state, that can be told, and all
  // output for it was written.
  absl::Status StopState();

  // ScanClient, in the coordinator.
  std::optional<Source> NextSource(size_t most_files) override;
  std::optional<Range> NextChunk(const Source& source) override;
  void Merge(const Source& source, const Result& result) override;
  std::optional<Note> Again() override;
  void Lost(const Source& source, uint64_t begin, uint64_t end, absl::string_view reason) override;
  void ReadError(const Source& source, absl::string_view reason) override;
  void EndSource(const Source& source) override;
  void EndScan() override;
  bool SourceDecided() const override;
  bool AllDecided() const override;
  FlushState Flush() override;
  int OutputFd() const override;
  void CutOutput() override;
  void Tick(const Activity& activity) override;
  void SignalCame(int signal, const Activity& activity) override;

 private:
  Scan(const Options& options, TextEncoding encoding, std::unique_ptr<PartialWriter> partial,
       std::unique_ptr<StateRun> state);

  // What the job has found is not reported, but saved.
  bool Saves() const { return partial_ != nullptr || (state_ != nullptr && state_->accumulates()); }
  int OutputOfJobs() const;
  bool WriteAllMerged();
  void StopSource();
  absl::Status AddJobs();
  absl::Status ListInputs();
  absl::Status AddTimeSearch();
  SourceInfo Info(uint32_t id, int fd, bool is_stream = false) const;
  SourceInfo Info(const Source& source) const;
  void SkipOtherTimes(Source* source);
  void StartMerging(const Source& source);
  bool Advance();
  bool AdvancePack();
  uint64_t Offset() const;
  void MergePart(const SourceInfo& source, const ResultPart& part);
  void MergeChunk(const SourceInfo& source, const ResultPart& part);
  void EndInput(const SourceInfo& source);
  void ReadError(const std::string& name, absl::string_view reason);
  Progress::View ProgressView(const Activity& activity) const;

  const Options& options_;
  std::vector<std::unique_ptr<ScanJob>> jobs_;
  size_t parts_ = 0;                      // of all jobs
  std::unique_ptr<TimeSearch> searcher_;  // if what is of other times may be skipped
  std::unique_ptr<JobMapper> mapper_;
  const Decoders decoders_;
  Inputs inputs_;
  std::optional<int64_t> now_us_;  // if the inputs are listed: of the latest change
  const std::unique_ptr<PartialWriter> partial_;
  const std::unique_ptr<StateRun> state_;
  Progress progress_;
  FileChunks chunks_;  // of the last file that workers read
  LostBytes lost_;
  // What is merged part by part, as the output takes it.
  struct Merging {
    const Source* source = nullptr;
    Result result = {};                         // what of the latest one is left
    std::string pack_lost = {};                 // or why none will come of a pack
    size_t next_file = 0;                       // of a pack
    std::optional<SegmentChain> segments = {};  // of a file that is decoded in segments
  };
  Merging merging_;
  bool dense_ = false;  // what came of the latest chunk was much
  bool cut_ = false;    // nothing more is to be written
  ScanTotals totals_;
  bool in_piece_ = false;  // a piece's result is merged in part
  bool stopped_whole_ =
      false;  // when the output was cut, what came of all that was merged had been written
  bool had_error_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SCAN_H_
