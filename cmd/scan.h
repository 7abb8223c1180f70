// One scan: joins the inputs, the plan and the jobs to the processes that carry it out.
#ifndef BIGSCAN_CMD_SCAN_H_
#define BIGSCAN_CMD_SCAN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/chunk_result.h"
#include "cmd/inputs.h"
#include "cmd/options.h"
#include "ipc/scan_client.h"
#include "ipc/worker.h"
#include "jobs/job.h"
#include "lib/chunk.h"
#include "lib/mapped_records.h"
#include "lib/output.h"
#include "lib/record_scanner.h"
#include "lib/scan_plan.h"

namespace bigscan {

// What a scan has seen.
struct ScanTotals {
  uint64_t bytes = 0;
  uint64_t records = 0;  // only with --stats
};

class Scan : public ScanClient, public ChunkMapper {
 public:
  // Compiles the patterns. Fails with kInvalidArgument on an invalid one.
  static absl::StatusOr<std::unique_ptr<Scan>> Create(const Options& options);

  // The bytes that a worker gets at once, of any input, at most.
  uint64_t MostChunkBytes() const;
  uint64_t BlockBytes() const;
  uint64_t MostRecordBytes() const;

  const ScanPlan& plan() const { return *plan_; }
  const ScanTotals& totals() const { return totals_; }
  uint64_t selected() const;
  bool had_error() const { return had_error_ || inputs_.had_error(); }
  const absl::Status& output_status() const { return output_.status(); }
  // Says what is still to be said. Once, at the end.
  void Finish() { PrintLost(); }

  // ScanClient, in the coordinator.
  std::optional<Source> NextSource() override;
  std::optional<Range> NextChunk(const Source& source) override;
  void Merge(const Source& source, const Result& result) override;
  void Lost(const Source& source, uint64_t begin, uint64_t end, absl::string_view reason) override;
  void ReadError(const Source& source, int error) override;
  void EndSource(const Source& source) override;
  bool SourceDecided() const override;
  bool AllDecided() const override;
  FlushState Flush() override;
  int OutputFd() const override;
  void CutOutput() override;

  // ChunkMapper, in a worker.
  Outcome Map(const Task& task, int fd, absl::string_view block, std::string* result) override;
  uint64_t MostResultBytes(uint64_t chunk_size) const override;

 private:
  Scan(const Options& options, std::unique_ptr<ScanPlan> plan,
       std::unique_ptr<RecordScanner> scanner);

  SourceInfo Info(const Source& source) const;
  Outcome RunJobs(absl::string_view records, uint64_t begin, std::string* result);
  std::vector<RecordFailure> Failures(uint64_t begin) const;
  void AddLost(const std::string& name, uint64_t begin, uint64_t end, absl::string_view reason);
  void PrintLost();

  const Options& options_;
  const std::unique_ptr<ScanPlan> plan_;
  const std::unique_ptr<RecordScanner> scanner_;
  std::vector<std::unique_ptr<Job>> jobs_;

  FileWindow window_;  // a worker's

  // Coordinator.
  Inputs inputs_;
  Output output_;
  std::optional<Splitter> splitter_;  // of the last mapped source
  struct LostBytes {
    std::string name;
    uint64_t begin;
    uint64_t end;
    std::string reason;
  };
  std::optional<LostBytes> lost_;  // not yet said: more may follow on it
  ScanTotals totals_;
  std::string writing_;  // the name of the source that is being written
  bool cut_ = false;     // nothing more is to be written
  bool had_error_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SCAN_H_
