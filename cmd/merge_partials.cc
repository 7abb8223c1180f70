#include "cmd/merge_partials.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/ending_signals.h"
#include "cmd/make_jobs.h"
#include "cmd/snapshot_file.h"
#include "cmd/snapshot_walk.h"
#include "cmd/source_merger.h"
#include "jobs/job.h"
#include "jobs/number_shift.h"
#include "lib/match_locator.h"

namespace bigscan {
namespace {

class PartialMerger {
 public:
  PartialMerger(const SnapshotSet& set, const Options& options, Job* job, SnapshotWriter* writer)
      : set_(set),
        runs_(set.Runs()),
        job_(*job),
        writer_(*writer),
        sources_([this](const snapshot::Snapshot& piece) { return Put(piece); },
                 NumbersOf(set, options)) {}

  absl::Status Run() {
    snapshot::Snapshot head;
    snapshot::Header* const header = head.mutable_header();
    *header = set_.header();
    for (const ShardRun& run : runs_) {
      snapshot::Shards* const merged = header->add_merged();
      merged->set_first(run.first);
      merged->set_last(run.last);
    }
    FillCovered(runs_, header);
    absl::Status status = writer_.Append(head);
    if (status.ok()) status = Merge();
    if (status.ok()) status = sources_.End();
    if (status.ok()) {
      status = job_.SaveState([this](const snapshot::Snapshot& piece) { return Put(piece); });
    }
    if (status.ok()) status = signals_.status();
    return status.ok() ? writer_.Commit() : status;
  }

 private:
  static SourceMerger::NewShift NumbersOf(const SnapshotSet& set, const Options& options) {
    if (!NumbersCountFromShares(set, options)) return nullptr;
    return [&](uint32_t input) { return ShiftOf(set, options, input); };
  }

  absl::Status Put(const snapshot::Snapshot& piece) {
    const absl::Status going_on = signals_.status();
    return going_on.ok() ? writer_.Append(piece) : going_on;
  }

  absl::Status Merge() {
    SnapshotWalk walk(set_);
    snapshot::Snapshot piece;
    uint32_t next = 0;  // input
    while (true) {
      const absl::StatusOr<bool> more = walk.Next(&piece);
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
      if (absl::Status going_on = signals_.status(); !going_on.ok()) return going_on;
      if (piece.source_size() == 0) {
        if (!job_.LoadState(piece)) return walk.Broken();
        continue;
      }
      for (const snapshot::Source& source : piece.source()) {
        if (source.input() < next || source.input() >= InputsOf(set_)) return walk.Broken();
        next = source.input();
        if (absl::Status status = sources_.Add(RunAround(walk.run()), source); !status.ok()) {
          return status;
        }
      }
    }
  }

  // The first shard of the run that `part` has become a part of.
  uint32_t RunAround(const ShardRun& part) const {
    const auto behind =
        std::upper_bound(runs_.begin(), runs_.end(), part.first,
                         [](uint32_t shard, const ShardRun& run) { return shard < run.first; });
    return std::prev(behind)->first;
  }

  static uint32_t InputsOf(const SnapshotSet& set) {
    return static_cast<uint32_t>(set.header().input_size());
  }

  const EndingSignals signals_;
  const SnapshotSet& set_;
  const std::vector<ShardRun> runs_;
  Job& job_;
  SnapshotWriter& writer_;
  SourceMerger sources_;
};

}  // namespace

bool NumbersCountFromShares(const SnapshotSet& set, const Options& options) {
  return options.mode == OutputMode::kRecords && options.line_number && set.header().shards() > 1;
}

NumberShift ShiftOf(const SnapshotSet& set, const Options& options, uint32_t input) {
  const bool named = options.with_filename.value_or(false);
  const size_t size = set.header().input(static_cast<int>(input)).name().size() + 1;
  return NumberShift(named ? size : 0, options.delimiter);
}

absl::Status MergePartials(const SnapshotSet& set, const Options& options) {
  if (set.header().has_state()) {
    return absl::InvalidArgumentError(absl::StrCat(
        set.path(0), ": a state of --state is no share, and can not be merged into a snapshot"));
  }
  MatchLocator locator(options.patterns, false);
  absl::StatusOr<std::vector<std::unique_ptr<Job>>> jobs =
      MakeJobs(options, &locator, std::nullopt);
  if (!jobs.ok()) return jobs.status();
  absl::StatusOr<std::unique_ptr<SnapshotWriter>> writer = SnapshotWriter::Create(options.partial);
  if (!writer.ok()) return writer.status();
  return PartialMerger(set, options, jobs->front().get(), writer->get()).Run();
}

}  // namespace bigscan
