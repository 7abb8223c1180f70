#include "ipc/source_queue.h"

#include <algorithm>
#include <utility>

#include "ipc/descriptor_limit.h"

namespace bigscan {

SourceQueue::SourceQueue(const ScanOptions& options, ScanClient* client, Confinement* confinement,
                         const TestHook& hook)
    : options_(options),
      client_(client),
      confinement_(confinement),
      hook_(hook),
      most_open_files_(MostOpenFiles(options.workers)),
      blocks_(BlockPool::Create(
          Stream::BlocksFor(options.workers) + (options.streams - 1) * Stream::kBlocksAhead,
          options.block_size, options.most_record_bytes)) {
  if (!blocks_.ok()) return;
  for (uint32_t block = 0; block < blocks_->count(); ++block) free_blocks_.insert(block);
}

OpenSource* SourceQueue::Find(uint32_t id) {
  const auto found = std::find_if(open_.begin(), open_.end(), [id](const OpenSource& source) {
    return source.source().id == id;
  });
  return found == open_.end() ? nullptr : &*found;
}

// --- The next chunk ---

absl::StatusOr<bool> SourceQueue::Fetch() {
  while (!next_.has_value()) {
    OpenSource* const source = Current();
    if (source == nullptr) {
      if (no_more_sources_ || open_files_ >= most_open_files_) return false;
      if (absl::Status status = OpenNext(); !status.ok()) return status;
      continue;
    }
    absl::StatusOr<std::optional<Task>> next =
        source->Next([this](const Source& stream) { return StartStream(stream); });
    if (!next.ok()) return next.status();
    next_ = *next;
    if (source->stream() != nullptr) {
      for (const uint32_t block : TakeBlocks(source->source())) source->stream()->Grant(block);
    }
    if (source->is_live()) {
      if (absl::Status status = OpenAhead(); !status.ok()) return status;
    }
    if (!next_.has_value() && !source->exhausted()) return false;
  }
  return true;
}

// The source whose chunks are being handed out, or null.
const OpenSource* SourceQueue::Current() const {
  const auto current = std::find_if(open_.begin(), open_.end(),
                                    [](const OpenSource& source) { return !source.exhausted(); });
  return current == open_.end() ? nullptr : &*current;
}

OpenSource* SourceQueue::Current() {
  return const_cast<OpenSource*>(std::as_const(*this).Current());
}

// Streams that follow are read as well: who writes one need not wait until those before it have ended.
absl::Status SourceQueue::OpenAhead() {
  while (open_.back().is_live() && !no_more_sources_ && open_files_ < most_open_files_ &&
         std::count_if(open_.begin(), open_.end(), [](const OpenSource& source) {
           return source.stream() != nullptr;
         }) < options_.streams) {
    if (absl::Status status = OpenNext(); !status.ok()) return status;
    if (no_more_sources_ || !open_.back().is_live()) break;
    absl::Status status =
        open_.back().StartAhead([this](const Source& stream) { return StartStream(stream); });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SourceQueue::OpenNext() {
  // Half of what is left for this source, half for those that the client opens ahead.
  const size_t most = (most_open_files_ - open_files_) / 2;
  std::optional<Source> next = client_->NextSource(std::clamp(most, size_t{1}, kMostPackedFiles));
  if (!next.has_value()) {
    no_more_sources_ = true;
    return absl::OkStatus();
  }
  open_files_ += next->files();
  open_.emplace_back(*std::move(next), client_);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Stream>> SourceQueue::StartStream(const Source& source) {
  if (!blocks_.ok()) return blocks_.status();
  const std::set<uint32_t> blocks = TakeBlocks(source);
  if (blocks.empty()) return nullptr;
  return Stream::Start(source,
                       {.delimiter = options_.delimiter,
                        .decoders = options_.decoders,
                        .patience_us = options_.patience_us,
                        .cpu = options_.feeder_cpu},
                       *blocks_, blocks, confinement_, hook_);
}

// Blocks that nobody has, as many as the stream may have: a few before its turn.
std::set<uint32_t> SourceQueue::TakeBlocks(const Source& source) {
  const OpenSource* const current = Current();
  const bool is_current = current != nullptr && current->source().id == source.id;
  const size_t had =
      is_current && current->stream() != nullptr ? current->stream()->blocks().size() : 0;
  const size_t most = is_current ? Stream::BlocksFor(options_.workers) : Stream::kBlocksAhead;
  std::set<uint32_t> blocks;
  while (!free_blocks_.empty() && had + blocks.size() < most) {
    blocks.insert(free_blocks_.extract(free_blocks_.begin()));
  }
  return blocks;
}

Task SourceQueue::TakeNext(uint64_t seq) {
  Task task = *next_;
  task.seq = seq;
  next_.reset();
  Find(task.source)->HandOut(task);
  return task;
}

bool SourceQueue::FrontHandedOut() const {
  const OpenSource& front = open_.front();
  return front.exhausted() && !(next_.has_value() && next_->source == front.source().id);
}

// --- The end of a source ---

void SourceQueue::DecideFront() {
  OpenSource& front = open_.front();
  front.Decide();
  if (next_.has_value() && next_->source == front.source().id) next_.reset();
}

void SourceQueue::CloseFront(uint64_t patience_us) {
  OpenSource& front = open_.front();
  StopStream(&front);
  front.DropCache(patience_us);
  open_files_ -= front.source().files();
  open_.pop_front();
}

void SourceQueue::StopStream(OpenSource* source) {
  if (source->stream() == nullptr) return;
  source->stream()->Stop();
  feeder_stats_.push_back(source->stream()->stats());
  free_blocks_.insert(source->stream()->blocks().begin(), source->stream()->blocks().end());
  source->DropStream();
}

void SourceQueue::StopStreams() {
  for (OpenSource& source : open_) StopStream(&source);
}

void SourceQueue::DropCaches(uint64_t patience_us) const {
  for (const OpenSource& source : open_) source.DropCache(patience_us);
}

// --- Sleeping ---

bool SourceQueue::PrepareToSleep() {
  bool nothing = true;
  for (OpenSource& source : open_) {
    if (source.stream() == nullptr) continue;
    const bool no_block = source.stream()->PrepareToSleep();
    // A block that nobody can take yet is no reason to stay awake.
    if (!no_block && !next_.has_value() && &source == Current()) nothing = false;
  }
  return nothing;
}

void SourceQueue::AddPollFds(std::vector<pollfd>* fds) const {
  for (const OpenSource& source : open_) {
    if (source.stream() != nullptr) source.stream()->AddPollFds(fds);
  }
}

const pollfd* SourceQueue::Awake(const pollfd* fds) {
  for (OpenSource& source : open_) {
    if (source.stream() != nullptr) fds = source.stream()->Awake(fds);
  }
  return fds;
}

}  // namespace bigscan
