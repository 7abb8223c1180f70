// One job of a scan, in the coordinator: what it selects, what it computes of that, and where its result
// goes. A scan has one, or those that a configuration file names.
#ifndef BIGSCAN_CMD_SCAN_JOB_H_
#define BIGSCAN_CMD_SCAN_JOB_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/lost_bytes.h"
#include "cmd/options.h"
#include "ipc/scan_client.h"
#include "jobs/job.h"
#include "jobs/position.h"
#include "lib/match_locator.h"
#include "lib/output.h"
#include "lib/replacement_file.h"
#include "lib/scan_plan.h"
#include "lib/time_filter.h"

namespace bigscan {

class ScanJob {
 public:
  // Where the result goes.
  struct Destination {
    int fd = -1;                                 // must stay open, unless it is that of `file`
    std::unique_ptr<ReplacementFile> file = {};  // if the result is to be a file
    // Before anything is written. False if that is not possible now.
    std::function<bool()> make_room = {};
    std::string heading = {};  // of what is reported at the end, where others write there, too
  };
  // The destination that the options name. Fails if there can be no such file.
  static absl::StatusOr<Destination> DestinationOf(const Options& options);

  // `options` and `lost` must outlive it, which is told of output that its file no longer has.
  ScanJob(const Options& options, std::shared_ptr<const ScanPlan> plan, Destination destination,
          LostBytes* lost);

  // Makes the parts; before that, no other call but options() and plan(). `now_us`: what time it is for
  // time stamps without a year, if not that of the command. Fails as MakeJobs does.
  absl::Status Prepare(std::optional<int64_t> now_us);

  const Options& options() const { return options_; }
  const ScanPlan& plan() const { return *plan_; }
  // What else a record has to pass than the plan, or null.
  TimeFilter* filter() const { return filter_.get(); }

  // What is computed: the job itself, and then what goes with it. Each has a partial result of its own.
  using Parts = std::vector<std::unique_ptr<Job>>;
  const Parts& parts() const { return parts_; }
  Job* main() const { return parts_.front().get(); }
  // One of the parts, if only so many records count.
  const PositionJob* position() const { return position_; }

  // As Job::Merge. `bytes` are those of each part.
  void Merge(const SourceInfo& source, const PartialResult& partial,
             std::span<const absl::string_view> bytes);
  // `keeps_quiet`: nobody is to be told of a binary source.
  void EndInput(const SourceInfo& source, bool keeps_quiet);
  void EndScan();
  bool SourceDecided() const;
  bool AllDecided() const;
  uint64_t selected() const;

  // Writes what has come of what is merged, without waiting. `all`: also what is so little that it may
  // wait for what comes next.
  ScanClient::FlushState Write(bool all);
  // Nothing more is to be written, save the rest of a record that is written in part.
  void CutOutput();
  const Output& output() const { return output_; }
  // All is written: puts the file in place, if the result is one.
  absl::Status CommitOutput();

 private:
  bool MakeRoom();

  const Options& options_;
  const std::shared_ptr<const ScanPlan> plan_;
  MatchLocator locator_;
  std::unique_ptr<TimeFilter> filter_;
  Parts parts_;
  const PositionJob* position_ = nullptr;
  const Destination destination_;
  Output output_;
  LostBytes& lost_;
  std::string writing_;                // the name of the source that is being written
  std::optional<std::string> hidden_;  // a binary source that was hidden, which is to be said
  bool cut_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SCAN_JOB_H_
