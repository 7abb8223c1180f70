#include "cmd/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/message.h"
#include "jobs/count.h"
#include "jobs/grep.h"
#include "lib/mapped_records.h"
#include "lib/record.h"

namespace bigscan {
namespace {

constexpr char kDelimiter = '\n';
constexpr char kTruncated[] = "file truncated while it was read";
// Large enough that handing a chunk out costs nothing beside scanning it.
constexpr uint64_t kMostChunkBytes = 8 << 20;
// Small enough that a file of a few megabytes is shared by all workers.
constexpr uint64_t kLeastChunkBytes = 256 << 10;
constexpr uint64_t kChunksPerWorker = 4;
constexpr uint64_t kBlockBytes = 1 << 20;
constexpr uint64_t kMostRecordBytes = 256 << 20;

std::vector<std::unique_ptr<Job>> MakeJobs(const Options& options) {
  std::vector<std::unique_ptr<Job>> jobs;
  if (options.count || options.quiet) {
    jobs.push_back(std::make_unique<CountJob>(CountOptions{.quiet = options.quiet,
                                                           .with_path = options.with_filename,
                                                           .max_count = options.max_count}));
  } else {
    jobs.push_back(std::make_unique<GrepJob>(GrepOptions{.with_path = options.with_filename,
                                                         .with_number = options.line_number,
                                                         .max_count = options.max_count,
                                                         .delimiter = kDelimiter}));
  }
  return jobs;
}

absl::StatusOr<uint64_t> FileSize(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, "fstat");
  return static_cast<uint64_t>(info.st_size);
}

ChunkMapper::Outcome Failed(const Task& task, const absl::Status& status, std::string* result) {
  *result = std::string(status.message());
  return {.records = 0, .loss = {Loss::Reason::kFailed, task.begin, task.end}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scan>> Scan::Create(const Options& options) {
  absl::StatusOr<std::unique_ptr<ScanPlan>> plan = ScanPlan::Compile(options.patterns, kDelimiter);
  if (!plan.ok()) return plan.status();
  absl::StatusOr<std::unique_ptr<RecordScanner>> scanner =
      RecordScanner::Create(**plan, options.invert);
  if (!scanner.ok()) return scanner.status();
  return std::unique_ptr<Scan>(new Scan(options, *std::move(plan), *std::move(scanner)));
}

Scan::Scan(const Options& options, std::unique_ptr<ScanPlan> plan,
           std::unique_ptr<RecordScanner> scanner)
    : options_(options),
      plan_(std::move(plan)),
      scanner_(std::move(scanner)),
      jobs_(MakeJobs(options)),
      inputs_(options.files, options.io == IoMode::kOn, options.no_messages),
      output_(STDOUT_FILENO, kDelimiter) {}

uint64_t Scan::MostChunkBytes() const { return options_.chunk_size.value_or(kMostChunkBytes); }
uint64_t Scan::BlockBytes() const { return options_.chunk_size.value_or(kBlockBytes); }
uint64_t Scan::MostRecordBytes() const { return kMostRecordBytes; }

// --- Coordinator ---

SourceInfo Scan::Info(const Source& source) const {
  return {source.id, inputs_.Name(source.id), source.is_stream ? -1 : source.fd.get()};
}

std::optional<Source> Scan::NextSource() {
  std::optional<Source> source = inputs_.Next();
  if (source.has_value() && !source->is_stream) {
    const uint64_t share = (source->end - source->begin) / (kChunksPerWorker * options_.workers);
    splitter_.emplace(
        ByteRange{source->begin, source->end},
        options_.chunk_size.value_or(std::clamp(share, kLeastChunkBytes, kMostChunkBytes)));
  }
  return source;
}

std::optional<ScanClient::Range> Scan::NextChunk(const Source& /*source*/) {
  if (splitter_->done()) return std::nullopt;
  const ByteRange chunk = splitter_->Next();
  return Range{chunk.begin, chunk.end};
}

void Scan::Merge(const Source& source, const Result& result) {
  if (result.loss.reason == Loss::Reason::kTruncated) {
    Lost(source, result.loss.begin, result.loss.end, kTruncated);
  }
  totals_.bytes += result.end - result.begin;
  totals_.records += result.records;
  const std::optional<ChunkResult> chunk = ReadChunkResult(jobs_.size(), result.bytes);
  if (!chunk.has_value()) {
    Lost(source, result.begin, result.end, "broken result");
    return;
  }
  for (const RecordFailure& failure : chunk->failures) {
    Lost(source, failure.begin, failure.end, failure.reason);
  }
  const SourceInfo info = Info(source);
  writing_ = info.name;
  for (size_t i = 0; i < jobs_.size(); ++i) {
    jobs_[i]->Merge(info,
                    {.bytes = chunk->partials[i], .block = result.block, .begin = result.begin});
  }
}

void Scan::Lost(const Source& source, uint64_t begin, uint64_t end, absl::string_view reason) {
  AddLost(inputs_.Name(source.id), begin, end, reason);
}

// Neighbours with the same reason make one message.
void Scan::AddLost(const std::string& name, uint64_t begin, uint64_t end,
                   absl::string_view reason) {
  had_error_ = true;
  if (lost_.has_value() && lost_->name == name && lost_->end == begin && lost_->reason == reason) {
    lost_->end = end;
    return;
  }
  PrintLost();
  lost_ = {name, begin, end, std::string(reason)};
}

void Scan::PrintLost() {
  if (!lost_.has_value()) return;
  const std::string bytes =
      lost_->end == 0 ? absl::StrCat("bytes from ", lost_->begin, " on lost: ")
                      : absl::StrCat("bytes [", lost_->begin, ",", lost_->end, ") skipped: ");
  PrintMessage(absl::StrCat(lost_->name, ": ", bytes, lost_->reason));
  lost_.reset();
}

void Scan::ReadError(const Source& source, int error) {
  had_error_ = true;
  PrintMessage(absl::StrCat(inputs_.Name(source.id), ": ", strerror(error)));
}

void Scan::EndSource(const Source& source) {
  PrintLost();
  for (const std::unique_ptr<Job>& job : jobs_) job->EndSource(Info(source));
}

bool Scan::SourceDecided() const {
  return std::all_of(jobs_.begin(), jobs_.end(),
                     [](const auto& job) { return job->SourceDecided() || job->AllDecided(); });
}

bool Scan::AllDecided() const {
  return std::all_of(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->AllDecided(); });
}

ScanClient::FlushState Scan::Flush() {
  while (true) {
    const Output::State state = output_.Flush();
    for (const ByteRange& lost : output_.TakeLost()) {
      AddLost(writing_, lost.begin, lost.end, kTruncated);
    }
    if (state == Output::State::kBlocked) return FlushState::kBlocked;
    if (state == Output::State::kFailed) return FlushState::kFailed;
    if (cut_) return FlushState::kDone;  // what the jobs still hold would follow a gap
    const bool more = std::any_of(jobs_.begin(), jobs_.end(),
                                  [this](const auto& job) { return job->Report(&output_); });
    if (!more) return FlushState::kDone;
  }
}

int Scan::OutputFd() const { return options_.quiet ? -1 : output_.poll_fd(); }

void Scan::CutOutput() {
  cut_ = true;
  output_.CutAfterRecord();
}

uint64_t Scan::selected() const {
  uint64_t selected = 0;
  for (const std::unique_ptr<Job>& job : jobs_) selected += job->selected();
  return selected;
}

// --- Worker ---

ChunkMapper::Outcome Scan::Map(const Task& task, int fd, absl::string_view block,
                               std::string* result) {
  if (fd < 0) return RunJobs(block, task.begin, result);
  ByteRange file{task.file_begin, task.file_end};
  while (true) {
    absl::StatusOr<uint64_t> size = FileSize(fd);
    if (!size.ok()) return Failed(task, size.status(), result);
    file.end = std::min(file.end, *size);
    const ByteRange chunk{task.begin, std::min(task.end, file.end)};
    const Loss loss{chunk.end < task.end ? Loss::Reason::kTruncated : Loss::Reason::kNone,
                    std::max(chunk.begin, chunk.end), task.end};
    result->clear();
    if (chunk.end <= chunk.begin) {
      RunJobs("", chunk.begin, result);
      return {.records = 0, .loss = loss};
    }
    absl::StatusOr<OwnedRecords> owned =
        MapRecords(&window_, task.source, fd, file, chunk, kDelimiter);
    if (!owned.ok()) return Failed(task, owned.status(), result);
    Outcome outcome = RunJobs(owned->records, owned->begin, result);
    outcome.loss = loss;
    // A page at the end of a file that was truncated meanwhile is filled with zeros.
    size = FileSize(fd);
    if (size.ok() && *size >= owned->begin + owned->records.size()) return outcome;
  }
}

ChunkMapper::Outcome Scan::RunJobs(absl::string_view records, uint64_t begin, std::string* result) {
  ChunkResultWriter writer(jobs_.size(), result);
  for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i]->StartChunk(begin, writer.partial(i));
  Outcome outcome;
  scanner_->Scan(records, [&](const RecordScanner::Selected& selected) {
    for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i]->Map(selected, writer.partial(i));
    if (options_.stats) outcome.records += CountRecords(selected.block, kDelimiter);
  });
  for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i]->EndChunk(writer.partial(i));
  writer.Finish(Failures(begin));
  return outcome;
}

// Those of the last scan, whose bytes begin at `begin`; neighbours make one, and there are not so many
// that the result would outgrow its arena.
std::vector<RecordFailure> Scan::Failures(uint64_t begin) const {
  constexpr size_t kMost = 1000;
  std::vector<RecordFailure> failures;
  for (const RecordScanner::Failure& failure : scanner_->failures()) {
    const RecordFailure next{begin + failure.record.begin, begin + failure.record.end,
                             std::string(failure.reason.message())};
    const bool joins = !failures.empty() && failures.back().end == next.begin &&
                       failures.back().reason == next.reason;
    if (!joins && failures.size() < kMost) {
      failures.push_back(next);
      continue;
    }
    failures.back().end = next.end;
    if (!joins) failures.back().reason = "some of these records could not be matched";
  }
  return failures;
}

// The grep job with numbers needs two bytes beside each record, which has one at least; long
// records stay where they are (GrepPartialWriter).
uint64_t Scan::MostResultBytes(uint64_t chunk_size) const {
  constexpr uint64_t kSlack = 1 << 20;
  return jobs_.size() * 4 * chunk_size + kSlack;
}

}  // namespace bigscan
