#include "cmd/scan.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/chunk_result.h"
#include "cmd/message.h"
#include "lib/decompressor.h"

namespace bigscan {
namespace {

constexpr char kBroken[] = "broken result";
constexpr uint64_t kDenseShare = 16;  // of a chunk's bytes: a larger result is much

}  // namespace

absl::Status Scan::CommitOutputs() {
  for (const std::unique_ptr<ScanJob>& job : jobs_) {
    if (absl::Status status = job->CommitOutput(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Scan::Finish() {
  progress_.End(ProgressView({}));
  lost_.Print();
  // What the first job has to say of a partial result is said of the whole one.
  for (const std::unique_ptr<ScanJob>& job : jobs_) {
    for (size_t i = Saves() ? 1 : 0; i < job->parts().size(); ++i) {
      for (const Job::Remark& remark : job->parts()[i]->TakeRemarks()) {
        had_error_ |= remark.is_error;
        PrintMessage(remark.text);
      }
    }
  }
  if (selected() == 0) inputs_.SayBefore(UINT32_MAX);
  if (jobs_.size() == 1 && jobs_[0]->position() != nullptr && options_.max_count.has_value()) {
    inputs_.LeaveStdin(jobs_[0]->position()->ends());
  }
  inputs_.Close();
}

uint64_t Scan::BlockBytes() const { return options_.chunk_size.value_or(kUsualBlockBytes); }

SourceInfo Scan::Info(uint32_t id, int fd, bool is_stream) const {
  SourceInfo info{.id = id,
                  .name = inputs_.Name(id),
                  .file_fd = is_stream ? -1 : fd,
                  .show_name = inputs_.ShowsName(id)};
  struct stat status;
  if (options_.initial_tab && options_.manifest != nullptr) {
    info.size = options_.manifest->inputs[id].size;
  } else if (options_.initial_tab && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    info.size = static_cast<uint64_t>(status.st_size);
  }
  return info;
}

SourceInfo Scan::Info(const Source& source) const {
  // The offsets are those of what comes out, not of the file.
  return Info(source.id, source.fd.get(), source.is_stream || IsDecoded(source));
}

std::optional<Source> Scan::NextSource(size_t most_files) {
  std::optional<Source> source = inputs_.Next(most_files);
  if (source.has_value() && !source->is_stream && source->pack.empty()) {
    SkipOtherTimes(&*source);
    chunks_.Start(*source);
  }
  return source;
}

void Scan::SkipOtherTimes(Source* source) {
  if (searcher_ == nullptr || IsDecoded(*source)) return;
  const ByteRange file{source->begin, source->end};
  const ByteRange part = searcher_->Find(source->fd.get(), file);
  *totals_.skipped += file.size() - part.size();
  source->begin = part.begin;
  source->end = part.end;
}

std::optional<ScanClient::Range> Scan::NextChunk(const Source& source) {
  std::optional<Range> chunk = chunks_.Next(dense_);
  if (!chunk.has_value() || !IsDecoded(source)) return chunk;
  if (source.how == static_cast<uint32_t>(ReadHow::kDecode)) {
    chunk->note = {inputs_.DecodedBegin(source.id)};
    return chunk;
  }
  SegmentNote note;
  if (chunk->begin == source.begin) {
    note = {.first = true, .start = 8 * chunk->begin, .base = 0};
  }
  note.binary =
      merging_.source == &source && merging_.segments.has_value() && merging_.segments->binary();
  chunk->note = note.ToNote();
  return chunk;
}

void Scan::Merge(const Source& source, const Result& result) {
  StartMerging(source);
  merging_.result = result;
  progress_.input().Merged(source, result.end);
}

void Scan::Lost(const Source& source, uint64_t begin, uint64_t end, absl::string_view reason) {
  in_piece_ = false;  // the rest of it does not come
  if (source.pack.empty()) {
    lost_.Add(inputs_.Name(source.id), begin, end, reason);
    if (state_ != nullptr) state_->Scanned(source.id, end);
    return;
  }
  StartMerging(source);
  merging_.pack_lost = std::string(reason);
}

void Scan::StartMerging(const Source& source) {
  if (merging_.source == &source) return;
  merging_ = {.source = &source};
  if (source.how == static_cast<uint32_t>(ReadHow::kSegment))
    merging_.segments.emplace(source.begin);
}

std::optional<Note> Scan::Again() {
  if (!merging_.segments.has_value()) return std::nullopt;
  const std::optional<SegmentNote> note = merging_.segments->Again();
  return note.has_value() ? std::optional<Note>(note->ToNote()) : std::nullopt;
}

// Takes the next step with the results that have come: merges a part, or ends a file of a pack. False
// when there is nothing left of them.
bool Scan::Advance() {
  if (merging_.source == nullptr || AllDecided()) return false;
  const Source& source = *merging_.source;
  if (!source.pack.empty()) return AdvancePack();
  if (merging_.result.bytes.empty() || SourceDecided()) return false;
  const SourceInfo info = Info(source);
  const std::optional<ResultPart> part = TakeResultPart(&merging_.result.bytes);
  if (part.has_value()) {
    const ByteRange chunk{merging_.result.begin, merging_.result.end};
    if (!merging_.segments.has_value() || merging_.segments->Take(*part, chunk)) {
      MergePart(info, *part);
    }
  } else {
    lost_.Add(info.name, merging_.result.begin, merging_.result.end, kBroken);
    merging_.result.bytes = {};
  }
  return true;
}

bool Scan::AdvancePack() {
  const Source& source = *merging_.source;
  if (merging_.next_file == source.pack.size()) return false;
  const PackedFile& file = source.pack[merging_.next_file];
  const SourceInfo info =
      Info(source.id + static_cast<uint32_t>(merging_.next_file), file.fd.get());
  if (merging_.pack_lost.empty() && merging_.result.bytes.empty()) return false;
  std::optional<ResultPart> part;
  if (merging_.pack_lost.empty()) {
    part = TakeResultPart(&merging_.result.bytes);
    if (!part.has_value()) merging_.pack_lost = kBroken;
  }
  if (!part.has_value()) {
    if (file.size > 0) lost_.Add(info.name, 0, file.size, merging_.pack_lost);
  } else if (part->status != ResultPart::Status::kFileEnd) {
    MergePart(info, *part);
    return true;
  }
  ++merging_.next_file;
  EndInput(info);
  return true;
}

void Scan::MergePart(const SourceInfo& source, const ResultPart& part) {
  inputs_.SayBefore(source.id);
  if (part.status == ResultPart::Status::kFailed) {
    ReadError(source.name, part.bytes);
  } else if (part.status == ResultPart::Status::kLost) {
    lost_.Add(source.name, part.begin + Offset(), part.end + Offset(), part.bytes);
    if (state_ != nullptr) state_->Scanned(source.id, part.end + Offset());
  } else if (part.status == ResultPart::Status::kDamaged) {
    ReadError(source.name, DescribeDamage(CompressionOf(Head(*merging_.source)), part.begin,
                                          part.end + Offset(), part.bytes));
  } else {
    MergeChunk(source, part);
  }
}

void Scan::MergeChunk(const SourceInfo& source, const ResultPart& part) {
  const bool more = part.status == ResultPart::Status::kMore;
  const uint64_t size = part.end - part.begin;
  if (!more) totals_.bytes += size;
  in_piece_ = more;
  if (state_ != nullptr && !more) state_->Scanned(source.id, part.end + Offset());
  dense_ = part.bytes.size() > size / kDenseShare || more;
  totals_.records += part.records;
  const std::optional<ChunkResult> chunk = ReadChunkResult(parts_, part.bytes);
  if (!chunk.has_value()) {
    lost_.Add(source.name, part.begin, part.end, kBroken);
    return;
  }
  if (part.binary && merging_.segments.has_value()) merging_.segments->SetBinary();
  if (!chunk->footer.engines.empty()) totals_.bytes_by_engines[chunk->footer.engines] += size;
  std::span<const absl::string_view> partials = chunk->partials;
  uint64_t end = 0;  // no job looks at records behind this
  for (const std::unique_ptr<ScanJob>& job : jobs_) {
    const size_t parts = job->parts().size();
    if (jobs_.size() == 1 || !job->SourceDecided()) {
      job->Merge(source,
                 {.bytes = {},
                  .block = merging_.result.block,
                  .begin = merging_.result.begin,
                  .end = part.end + Offset(),
                  .base = Offset(),
                  .more = more},
                 partials.first(parts));
    }
    partials = partials.subspan(parts);
    const PositionJob* const position = job->position();
    end = std::max(end, position == nullptr ? UINT64_MAX : position->end().value_or(UINT64_MAX));
  }
  for (const RecordFailure& failure : chunk->footer.failures) {
    if (failure.begin >= end) break;  // grep would not have come so far
    lost_.Add(source.name, failure.begin + Offset(), failure.end + Offset(), failure.reason);
  }
}

void Scan::ReadError(const Source& source, absl::string_view reason) {
  ReadError(inputs_.Name(source.id), reason);
}

void Scan::ReadError(const std::string& name, absl::string_view reason) {
  had_error_ = true;
  if (!options_.no_messages) PrintMessage(absl::StrCat(name, ": ", reason));
}

void Scan::EndSource(const Source& source) {
  if (source.pack.empty()) {
    EndInput(Info(source));
  } else if (source.begin == source.end) {  // otherwise its files were ended when they were merged
    for (size_t i = 0; i < source.pack.size(); ++i) {
      EndInput(Info(source.id + static_cast<uint32_t>(i), source.pack[i].fd.get()));
    }
  }
  merging_ = {};
  progress_.input().Ended(source);
  inputs_.Release(source.id + static_cast<uint32_t>(source.files()) - 1);
}

void Scan::EndInput(const SourceInfo& source) {
  lost_.Print();
  if (partial_ != nullptr) {
    jobs_[0]->Write(true);  // to a file, which takes all of it
    partial_->EndSource(source.id, *jobs_[0]->main());
  }
  if (state_ != nullptr) state_->EndSource(source.id, *jobs_[0]->main());
  for (const std::unique_ptr<ScanJob>& job : jobs_) job->EndInput(source, partial_ != nullptr);
}

void Scan::EndScan() {
  progress_.BeforeResult();
  if (Saves()) return;
  for (const std::unique_ptr<ScanJob>& job : jobs_) job->EndScan();
}

// What is to be added to the offsets of the part that is being merged.
uint64_t Scan::Offset() const {
  return merging_.segments.has_value() ? merging_.segments->offset() : 0;
}

bool Scan::SourceDecided() const {
  if (merging_.segments.has_value() && merging_.segments->damaged()) return true;
  const bool in_pack = merging_.source != nullptr && !merging_.source->pack.empty();
  if (in_pack) return AllDecided();  // one file's decision is not the pack's
  return std::all_of(jobs_.begin(), jobs_.end(),
                     [](const auto& job) { return job->SourceDecided(); });
}

bool Scan::AllDecided() const {
  return std::all_of(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->AllDecided(); });
}

ScanClient::FlushState Scan::Flush() {
  const auto write = [this](bool all) {
    for (const std::unique_ptr<ScanJob>& job : jobs_) {
      const FlushState state = job->Write(all);
      if (state != FlushState::kDone) return state;
    }
    return FlushState::kDone;
  };
  while (true) {
    // Those who share an output write it one after the other.
    if (const FlushState state = write(jobs_.size() > 1); state != FlushState::kDone) return state;
    if (cut_ || !Advance()) return write(true);
  }
}

int Scan::OutputFd() const {
  for (const std::unique_ptr<ScanJob>& job : jobs_) {
    const Options& options = job->options();
    if (options.output.empty() && options.mode != OutputMode::kQuiet) {
      return job->output().poll_fd();
    }
  }
  return -1;
}

void Scan::CutOutput() {
  if (state_ != nullptr && WriteAllMerged()) {
    stopped_whole_ = true;
    StopSource();
  }
  cut_ = true;
  for (const std::unique_ptr<ScanJob>& job : jobs_) job->CutOutput();
}

const absl::Status& Scan::output_status() const {
  for (const std::unique_ptr<ScanJob>& job : jobs_) {
    if (const absl::Status& status = job->output().status(); !status.ok()) return status;
  }
  return jobs_[0]->output().status();
}

uint64_t Scan::selected() const {
  uint64_t selected = 0;
  for (const std::unique_ptr<ScanJob>& job : jobs_) selected += job->selected();
  return selected;
}

}  // namespace bigscan
