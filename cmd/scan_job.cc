#include "cmd/scan_job.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/make_jobs.h"
#include "cmd/message.h"

namespace bigscan {

absl::StatusOr<ScanJob::Destination> ScanJob::DestinationOf(const Options& options) {
  if (options.output.empty()) return Destination{.fd = STDOUT_FILENO};
  absl::StatusOr<std::unique_ptr<ReplacementFile>> file = ReplacementFile::Create(options.output);
  if (!file.ok()) {
    return absl::Status(file.status().code(),
                        absl::StrCat(OriginOf(options, "output"), file.status().message()));
  }
  const int fd = (*file)->fd();
  return Destination{.fd = fd, .file = *std::move(file)};
}

ScanJob::ScanJob(const Options& options, std::shared_ptr<const ScanPlan> plan,
                 Destination destination, LostBytes* lost)
    : options_(options),
      plan_(std::move(plan)),
      locator_(options.patterns, options.mode == OutputMode::kJson),
      destination_(std::move(destination)),
      output_(destination_.fd, options.delimiter, options.output),
      lost_(*lost) {
  if (options.drop_cache) output_.CopyFiles();
}

absl::Status ScanJob::Prepare(std::optional<int64_t> now_us) {
  if (options_.times.has_value()) {
    TimeFilter::Options times = *options_.times;
    times.time.context.now = now_us.value_or(times.time.context.now);
    absl::StatusOr<std::unique_ptr<TimeFilter>> filter = TimeFilter::Create(times);
    if (!filter.ok()) return filter.status();
    filter_ = *std::move(filter);
  }
  absl::StatusOr<Parts> parts = MakeJobs(options_, &locator_, now_us);
  if (!parts.ok()) return parts.status();
  parts_ = *std::move(parts);
  if (filter_ != nullptr) parts_.push_back(MakeTimelessJob(options_, *filter_));
  if (const std::optional<uint64_t> most = MostSelected(options_); most.value_or(0) > 0) {
    auto position = std::make_unique<PositionJob>(*most, options_.delimiter);
    position_ = position.get();
    parts_.push_back(std::move(position));
  }
  return absl::OkStatus();
}

void ScanJob::Merge(const SourceInfo& source, const PartialResult& partial,
                    std::span<const absl::string_view> bytes) {
  writing_ = source.name;
  for (size_t i = 0; i < parts_.size(); ++i) {
    PartialResult own = partial;
    own.bytes = bytes[i];
    parts_[i]->Merge(source, own);
  }
}

void ScanJob::EndInput(const SourceInfo& source, bool keeps_quiet) {
  writing_ = source.name;
  for (const std::unique_ptr<Job>& part : parts_) part->EndSource(source);
  const bool hid = std::any_of(parts_.begin(), parts_.end(),
                               [](const auto& part) { return part->HidBinaryMatch(); });
  if (hid && !keeps_quiet) hidden_ = source.name;
}

void ScanJob::EndScan() {
  if (!destination_.heading.empty()) output_.Copy(destination_.heading);
  for (const std::unique_ptr<Job>& part : parts_) part->EndScan();
}

bool ScanJob::SourceDecided() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const auto& part) { return part->SourceDecided() || part->AllDecided(); });
}

bool ScanJob::AllDecided() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const auto& part) { return part->AllDecided(); });
}

uint64_t ScanJob::selected() const {
  uint64_t selected = 0;
  for (const std::unique_ptr<Job>& part : parts_) selected += part->selected();
  return selected;
}

ScanClient::FlushState ScanJob::Write(bool all) {
  while (true) {
    // What comes of a piece is so little that it is written together.
    if (all || cut_ || options_.line_buffered || !output_.Hold()) {
      if (output_.pending() && !MakeRoom()) return ScanClient::FlushState::kBlocked;
      const Output::State state = output_.Flush();
      for (const ByteRange& lost : output_.TakeLost()) {
        lost_.Add(writing_, lost.begin, lost.end, kTruncated);
      }
      if (state == Output::State::kBlocked) return ScanClient::FlushState::kBlocked;
      if (state == Output::State::kFailed) return ScanClient::FlushState::kFailed;
      if (cut_) return ScanClient::FlushState::kDone;
    }
    if (std::any_of(parts_.begin(), parts_.end(),
                    [this](const auto& part) { return part->Report(&output_); })) {
      continue;
    }
    if (!hidden_.has_value()) return ScanClient::FlushState::kDone;
    MakeRoom();
    output_.Flush();  // what stands before it goes first
    PrintMessage(absl::StrCat(*hidden_, ": binary file matches"));
    hidden_.reset();
  }
}

bool ScanJob::MakeRoom() { return !destination_.make_room || destination_.make_room(); }

void ScanJob::CutOutput() {
  cut_ = true;
  output_.CutAfterRecord();
}

absl::Status ScanJob::CommitOutput() {
  return destination_.file == nullptr ? absl::OkStatus() : destination_.file->Commit();
}

}  // namespace bigscan
