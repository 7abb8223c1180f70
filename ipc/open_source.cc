#include "ipc/open_source.h"

#include <string.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

// Not for each chunk, as it costs the coordinator time.
constexpr uint64_t kDropBytes = 16 << 20;
// What stays in the cache at first, as it lies close to what a worker still has mapped, is dropped
// with what follows.
constexpr uint64_t kDropAgainBytes = 4 << 20;

}  // namespace

absl::StatusOr<std::optional<Task>> OpenSource::Next(StartStream start) {
  if (!source_.pack.empty()) return NextPack();
  if (source_.is_stream) return NextBlock(start);
  return NextRange();
}

Task OpenSource::NextTask(uint64_t begin, uint64_t end) const {
  return Task{.seq = 0,
              .index = first_index_ + chunks_.size(),
              .begin = begin,
              .end = end,
              .file_begin = 0,
              .file_end = 0,
              .source = source_.id,
              .block = kNoBlock,
              .files = 0,
              .attempt = 0,
              .parts = 0,
              .how = source_.how,
              .after = 0,
              .note = {}};
}

std::optional<Task> OpenSource::NextRange() {
  const std::optional<ScanClient::Range> range = client_->NextChunk(source_);
  if (!range.has_value()) {
    exhausted_ = true;
    return std::nullopt;
  }
  Task task = NextTask(range->begin, range->end);
  task.note = range->note;
  task.file_begin = range->file_begin;
  task.file_end = range->file_end;
  return task;
}

// A pack is one chunk, or none if all its files are empty.
std::optional<Task> OpenSource::NextPack() {
  exhausted_ = true;
  if (source_.begin == source_.end) return std::nullopt;
  Task task = NextTask(source_.begin, source_.end);
  task.files = static_cast<uint32_t>(source_.pack.size());
  return task;
}

absl::Status OpenSource::StartAhead(StartStream start) {
  absl::StatusOr<std::unique_ptr<Stream>> started = start(source_);
  if (started.ok()) stream_ = *std::move(started);
  return started.status();
}

absl::StatusOr<std::optional<Task>> OpenSource::NextBlock(StartStream start) {
  if (stream_ == nullptr) {
    if (absl::Status status = StartAhead(start); !status.ok()) return status;
    if (stream_ == nullptr) return std::nullopt;
  }
  FilledBlock block;
  if (!stream_->TakeBlock(&block)) {
    auto end = stream_->Recover();
    if (!end.ok()) return end.status();
    if (end->has_value()) feeder_end_ = *std::move(end);
    exhausted_ = stream_->at_end();
    return std::nullopt;
  }
  exhausted_ = stream_->at_end();
  read_error_.assign(block.error, strnlen(block.error, sizeof(block.error)));
  if (block.lost_end != 0) {
    OpenChunk lost{.task = NextTask(block.begin, block.lost_end)};
    lost.task.block = block.block;
    lost.done = true;
    lost.lost = absl::StrCat("record longer than ", stream_->most_record_bytes(), " bytes");
    chunks_.push_back(std::move(lost));
    return std::nullopt;
  }
  if (block.size == 0) {
    stream_->Free(block.block);
    return std::nullopt;
  }
  Task task = NextTask(block.begin, block.begin + block.size);
  task.block = block.block;
  task.after = block.after;
  return task;
}

void OpenSource::PopFront() {
  DropCacheBehind(chunks_.front().task.end);
  const uint32_t block = chunks_.front().task.block;
  if (block != kNoBlock && stream_ != nullptr) stream_->Free(block);
  chunks_.pop_front();
  ++first_index_;
}

void OpenSource::DropCacheBehind(uint64_t position) {
  if (source_.cold.empty()) return;
  if (source_.is_stream) {
    // Positions may be those of decoded bytes. The feeder shares the place where it reads.
    position = static_cast<uint64_t>(std::max<off_t>(0, lseek(source_.fd.get(), 0, SEEK_CUR)));
  }
  if (position < dropped_ + kDropBytes) return;
  source_.cold.Drop(source_.fd.get(), dropped_ - std::min(dropped_, kDropAgainBytes), position);
  dropped_ = position;
}

void OpenSource::DropCache(uint64_t patience_us) const {
  source_.cold.DropAll(source_.fd.get(), patience_us);
  for (const PackedFile& file : source_.pack) file.cold.DropAll(file.fd.get(), patience_us);
}

void OpenSource::Decide() {
  decided_ = true;
  exhausted_ = true;
  feeder_end_.reset();
  read_error_.clear();
  if (stream_ != nullptr) stream_->Stop();
}

void OpenSource::ReportErrors() {
  if (!read_error_.empty()) client_->ReadError(source_, read_error_);
  if (feeder_end_.has_value()) {
    client_->Lost(source_, feeder_end_->position, 0,
                  absl::StrCat("feeder ended by ", feeder_end_->reason));
  }
}

}  // namespace bigscan
