// How a scan is put together: its jobs and where their results go, its inputs, and what of them need not be read.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/make_jobs.h"
#include "cmd/make_plan.h"
#include "cmd/manifest.h"
#include "cmd/scan.h"

namespace bigscan {
namespace {

bool ReadTheSameTimes(const RecordTime::Options& a, const RecordTime::Options& b) {
  return a.format == b.format && a.header == b.header && a.formats.empty() && b.formats.empty() &&
         a.context.zone_seconds == b.context.zone_seconds;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scan>> Scan::Create(const Options& options) {
  absl::StatusOr<TextEncoding> encoding = TextEncoding::ByName(options.encoding);
  if (!encoding.ok()) return encoding.status();
  std::unique_ptr<PartialWriter> partial;
  if (!options.partial.empty()) {
    absl::StatusOr<std::unique_ptr<PartialWriter>> created = PartialWriter::Create(options);
    if (!created.ok()) return created.status();
    partial = *std::move(created);
  }
  std::unique_ptr<StateRun> state;
  if (!options.state.empty()) {
    absl::StatusOr<std::unique_ptr<StateRun>> created = StateRun::Create(options);
    if (!created.ok()) return created.status();
    state = *std::move(created);
  }
  auto scan = std::unique_ptr<Scan>(
      new Scan(options, *std::move(encoding), std::move(partial), std::move(state)));
  if (absl::Status status = scan->AddJobs(); !status.ok()) return status;
  if (scan->state_ != nullptr) scan->inputs_.Follow(scan->state_->List(scan->decoders_));
  if (options.shards > 1 || scan->partial_ != nullptr || options.manifest != nullptr) {
    if (absl::Status status = scan->ListInputs(); !status.ok()) return status;
  }
  for (const std::unique_ptr<ScanJob>& job : scan->jobs_) {
    if (absl::Status status = job->Prepare(scan->now_us_); !status.ok()) return status;
    scan->parts_ += job->parts().size();
  }
  if (absl::Status status = scan->AddTimeSearch(); !status.ok()) return status;
  if (scan->state_ != nullptr) {
    absl::Status status = scan->state_->Load(scan->jobs_.front()->main());
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<JobMapper>> mapper =
      JobMapper::Create(options, scan->jobs_,
                        {.decoders = &scan->decoders_, .most_record_bytes = options.max_memory});
  if (!mapper.ok()) return mapper.status();
  scan->mapper_ = *std::move(mapper);
  return scan;
}

Scan::Scan(const Options& options, TextEncoding encoding, std::unique_ptr<PartialWriter> partial,
           std::unique_ptr<StateRun> state)
    : options_(options),
      decoders_(std::move(encoding), options.decompress),
      inputs_(options, decoders_, FileChunks::MostBytes(options)),
      partial_(std::move(partial)),
      state_(std::move(state)),
      progress_(options, OutputOfJobs()),
      chunks_(options) {}

absl::Status Scan::AddJobs() {
  const std::vector<const Options*> all = JobsOf(options_);
  const bool share_stdout = std::count_if(all.begin(), all.end(), [](const Options* options) {
                              return options->output.empty();
                            }) > 1;
  std::string heading = "[";
  std::vector<std::shared_ptr<const ScanPlan>> plans;
  for (const Options* options : all) {
    const auto same = std::find_if(jobs_.begin(), jobs_.end(), [options](const auto& job) {
      return SelectTheSame(job->options(), *options);
    });
    if (same != jobs_.end()) {
      plans.push_back(plans[static_cast<size_t>(same - jobs_.begin())]);
    } else {
      absl::StatusOr<std::unique_ptr<ScanPlan>> plan = MakePlan(*options);
      if (!plan.ok()) return plan.status();
      plans.push_back(*std::move(plan));
    }
    absl::StatusOr<ScanJob::Destination> destination =
        Saves() ? ScanJob::Destination{.fd = OutputOfJobs()} : ScanJob::DestinationOf(*options);
    if (!destination.ok()) return destination.status();
    if (destination->fd == STDOUT_FILENO) {
      destination->make_room = [this] { return progress_.BeforeOutput(); };
    }
    if (share_stdout && options->output.empty()) {
      destination->heading = absl::StrCat(heading, options->job_name, "]\n");
      heading = "\n[";
    }
    jobs_.push_back(
        std::make_unique<ScanJob>(*options, plans.back(), *std::move(destination), &lost_));
  }
  return absl::OkStatus();
}

int Scan::OutputOfJobs() const {
  if (!Saves()) return STDOUT_FILENO;
  return partial_ != nullptr ? partial_->output_fd() : state_->output_fd();
}

absl::Status Scan::ListInputs() {
  absl::StatusOr<InputList> list =
      options_.manifest != nullptr
          ? ManifestInputs(options_)
          : Inputs(options_, decoders_, FileChunks::MostBytes(options_)).List();
  if (!list.ok()) return list.status();
  list->TakeShare(options_.shard, options_.shards);
  now_us_ = list->LatestMicros();
  inputs_.Follow(*std::move(list));
  return absl::OkStatus();
}

absl::Status Scan::AddTimeSearch() {
  std::optional<TimeRange> range;  // in which all times are that any job asks for
  for (const std::unique_ptr<ScanJob>& job : jobs_) {
    if (!MaySkipOtherTimes(job->options())) return absl::OkStatus();
    const TimeFilter::Options& times = *job->options().times;
    if (!ReadTheSameTimes(times.time, jobs_[0]->options().times->time)) return absl::OkStatus();
    if (!range.has_value()) range = times.range;
    range->since = std::min(range->since, times.range.since);
    range->until = std::max(range->until, times.range.until);
  }
  RecordTime::Options time_options = options_.times->time;
  time_options.context.now = now_us_.value_or(time_options.context.now);
  absl::StatusOr<RecordTime> time = RecordTime::Create(time_options);
  if (!time.ok()) return time.status();
  searcher_ = std::make_unique<TimeSearch>(*range, *std::move(time), options_.delimiter);
  totals_.skipped = 0;
  return absl::OkStatus();
}

}  // namespace bigscan
