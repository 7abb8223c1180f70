#include "cmd/merge_snapshots.h"

#include <poll.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/make_jobs.h"
#include "cmd/merge_partials.h"
#include "cmd/message.h"
#include "cmd/scan_job.h"
#include "cmd/snapshot_options.h"
#include "cmd/snapshot_set.h"
#include "cmd/snapshot_walk.h"
#include "jobs/job.h"
#include "jobs/number_shift.h"
#include "lib/match_locator.h"
#include "lib/output.h"
#include "lib/replacement_file.h"

namespace bigscan {
namespace {

// One job, fed from snapshots as it would be from chunks.
class Merger {
 public:
  Merger(const SnapshotSet& set, const Options& options, Job* job, int output_fd,
         std::string output_name)
      : set_(set),
        options_(options),
        show_names_(options.with_filename.value_or(false)),
        numbered_(NumbersCountFromShares(set, options)),
        job_(*job),
        output_(output_fd, options.delimiter, std::move(output_name)) {}

  absl::Status Run() {
    SnapshotWalk walk(set_);
    snapshot::Snapshot piece;
    while (true) {
      const absl::StatusOr<bool> more = walk.Next(&piece);
      if (!more.ok()) return more.status();
      if (!*more) break;
      if (absl::Status status = Load(walk, &piece); !status.ok()) return status;
    }
    if (absl::Status status = EndSources(set_.header().input_size()); !status.ok()) return status;
    job_.EndScan();
    return Report();
  }

 private:
  absl::Status Load(const SnapshotWalk& walk, snapshot::Snapshot* piece) {
    if (piece->source_size() == 0) {
      return job_.LoadState(*piece) ? absl::OkStatus() : walk.Broken();
    }
    for (snapshot::Source& source : *piece->mutable_source()) {
      const auto input = static_cast<int>(source.input());
      if (input < next_ || input >= set_.header().input_size()) return walk.Broken();
      if (absl::Status status = EndSources(input); !status.ok()) return status;
      if (numbered_) Shift(&source);
      if (!job_.LoadSource(source)) return walk.Broken();
      if (absl::Status status = Report(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Has the numbers of the source that comes next count from the beginning of its file.
  void Shift(snapshot::Source* source) {
    if (!shift_.has_value()) shift_.emplace(ShiftOf(set_, options_, source->input()));
    std::string output;
    shift_->Append(source->output(), records_, &output);
    source->set_output(std::move(output));
    records_ += source->records();
  }

  // Ends the inputs up to, and without, `end`.
  absl::Status EndSources(int end) {
    for (; next_ < end; ++next_) {
      shift_.reset();
      records_ = 0;
      const std::string& name = set_.header().input(next_).name();
      job_.EndSource({.id = static_cast<uint32_t>(next_), .name = name, .show_name = show_names_});
      if (absl::Status status = Report(); !status.ok()) return status;
      if (job_.HidBinaryMatch()) PrintMessage(absl::StrCat(name, ": binary file matches"));
    }
    return absl::OkStatus();
  }

  absl::Status Report() {
    while (job_.Report(&output_)) {
      while (true) {
        const Output::State state = output_.Flush();
        if (state == Output::State::kDone) break;
        if (state == Output::State::kFailed) return output_.status();
        pollfd writable{.fd = output_.poll_fd(), .events = POLLOUT, .revents = 0};
        poll(&writable, 1, -1);
      }
    }
    return absl::OkStatus();
  }

  const SnapshotSet& set_;
  const Options& options_;
  const bool show_names_;
  const bool numbered_;
  Job& job_;
  Output output_;
  int next_ = 0;                      // the input that comes next,
  std::optional<NumberShift> shift_;  // which is this one's,
  uint64_t records_ = 0;              // and how many it has in the shares before
};

}  // namespace

absl::StatusOr<MergeOutcome> MergeSnapshots(const Options& options) {
  absl::StatusOr<SnapshotSet> set = SnapshotSet::Open(options.files);
  if (!set.ok()) return set.status();
  if (options.partial.empty()) {
    if (absl::Status status = set->CheckComplete(); !status.ok()) return status;
  }
  const snapshot::Header& header = set->header();
  SavedOptions saved{.result_words = {header.option().begin(), header.option().end()},
                     .patterns = {header.pattern().begin(), header.pattern().end()},
                     .header_record = header.header_record()};
  saved.result_words.insert(saved.result_words.end(), options.result_words.begin(),
                            options.result_words.end());
  absl::StatusOr<Options> made = ParseSavedOptions(saved);
  if (!made.ok()) return made.status();
  if (header.job() != JobName(made->mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(set->path(0), ": holds a job that its options do not ask for"));
  }
  made->partial = options.partial;
  made->output = options.output;
  if (!options.partial.empty()) {
    const absl::Status status = MergePartials(*set, *made);
    return status.ok() ? absl::StatusOr<MergeOutcome>(MergeOutcome()) : status;
  }
  for (const std::string& file : options.files) {
    if (!options.output.empty() &&
        ReplacementFile::PlaceOf(options.output) == ReplacementFile::PlaceOf(file)) {
      return absl::InvalidArgumentError(absl::StrCat(file, ": would be replaced by --output"));
    }
  }
  if (SelectsNothing(*made)) return MergeOutcome();
  absl::StatusOr<ScanJob::Destination> destination = ScanJob::DestinationOf(options);
  if (!destination.ok()) return destination.status();
  MatchLocator locator(made->patterns, false);
  absl::StatusOr<std::vector<std::unique_ptr<Job>>> jobs = MakeJobs(*made, &locator, std::nullopt);
  if (!jobs.ok()) return jobs.status();
  Job* const job = jobs->front().get();
  absl::Status status = Merger(*set, *made, job, destination->fd, options.output).Run();
  if (status.ok() && destination->file != nullptr) status = destination->file->Commit();
  if (!status.ok()) return status;
  MergeOutcome outcome{.selected = job->selected() > 0};
  for (const Job::Remark& remark : job->TakeRemarks()) {
    outcome.had_error |= remark.is_error;
    PrintMessage(remark.text);
  }
  return outcome;
}

}  // namespace bigscan
