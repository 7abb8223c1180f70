#include "ipc/coordinator.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "ipc/clock.h"
#include "ipc/descriptor_limit.h"

namespace bigscan {
namespace {

// A chunk that has killed so many workers is skipped. By SIGKILL and SIGTERM others end a worker, who
// do not mean the chunk, unless it is the one that takes all memory.
constexpr uint32_t kMostFaults = 2;
constexpr uint32_t kMostDeaths = 8;
constexpr uint64_t kSignalFlushMicros = 1'000'000;
// How long to wait for reads that turned out to be needless, to drop what they bring: of a source
// that was decided early, or of all that are open at the end.
constexpr uint64_t kDecidedDropMicros = 20'000;
constexpr uint64_t kLastDropMicros = 500'000;

}  // namespace

Coordinator::Coordinator(const ScanOptions& options, ScanClient* client, ChunkMapper* mapper)
    : options_(options),
      client_(client),
      hook_(TestHook::FromEnvironment()),
      most_open_files_(MostOpenFiles(options.workers)),
      blocks_(BlockPool::Create(
          Stream::BlocksFor(options.workers) + (options.streams - 1) * Stream::kBlocksAhead,
          options.block_size, options.most_record_bytes)),
      workers_({.count = options.workers,
                .arena_bytes = mapper->MostResultBytes(),
                .cpus = options.worker_cpus},
               mapper, blocks_.ok() ? &*blocks_ : nullptr, hook_),
      read_ahead_({.enabled = options.read_ahead, .cpu = options.feeder_cpu}, hook_) {
  if (!blocks_.ok()) return;
  for (uint32_t block = 0; block < blocks_->count(); ++block) free_blocks_.insert(block);
}

absl::Status Coordinator::Run() {
  const absl::Status status = Loop();
  for (OpenSource& source : open_) StopStream(&source);
  read_ahead_.Stop();
  workers_.Stop();
  for (const OpenSource& source : open_) source.DropCache(kLastDropMicros);
  return status;
}

absl::Status Coordinator::Loop() {
  while (true) {
    workers_.TakeResults([this](const auto& worker, const Task& task, const TaskResult& result) {
      OnResult(worker, task, result);
    });
    if (absl::Status status = Commit(); !status.ok()) return status;
    if (!client_->AllDecided() || !flushed_) {
      if (absl::Status status = HandOut(); !status.ok()) return status;
    }
    if (finished() || (client_->AllDecided() && flushed_)) {
      if (EndScan()) return absl::OkStatus();
      continue;
    }
    if (absl::Status status = Sleep(); !status.ok() || signal_ != 0) return status;
  }
}

// False the first time: there may be something to write at the end.
bool Coordinator::EndScan() {
  if (std::exchange(ended_, true)) return true;
  client_->EndScan();
  flushed_ = false;
  return false;
}

// --- Committing ---

// Whether the first source or chunk can be committed now.
bool Coordinator::CommitReady() const {
  if (!flushed_ || open_.empty()) return false;
  const OpenSource& front = open_.front();
  if (front.empty()) return Complete(front);
  return merged_front_ || front.front().ready();
}

// Whether all chunks of `source` have been handed out.
bool Coordinator::Complete(const OpenSource& source) const {
  return source.exhausted() && !(next_.has_value() && next_->source == source.source().id);
}

// Merges results as long as it is their turn and the output takes what comes of them.
absl::Status Coordinator::Commit() {
  while (true) {
    if (!flushed_) {
      switch (client_->Flush()) {
        case ScanClient::FlushState::kBlocked:
          return absl::OkStatus();
        case ScanClient::FlushState::kFailed:
          return absl::UnavailableError("output failed");
        case ScanClient::FlushState::kDone:
          flushed_ = true;
      }
    }
    if (open_.empty() || client_->AllDecided()) return absl::OkStatus();
    OpenSource& front = open_.front();
    if (std::exchange(merged_front_, false)) {
      if (absl::Status status = FinishFront(); !status.ok()) return status;
      if (client_->SourceDecided()) Decide(&front);
    } else if (front.empty()) {
      if (!Complete(front)) return absl::OkStatus();
      CloseFront();
    } else if (!front.front().ready()) {
      return absl::OkStatus();
    } else if (front.decided()) {
      PopFront();
    } else {
      MergeFront();
    }
  }
}

void Coordinator::MergeFront() {
  const Source& source = open_.front().source();
  const OpenChunk& chunk = open_.front().front();
  merged_front_ = true;
  flushed_ = false;
  if (chunk.parts.empty()) {
    client_->Lost(source, chunk.task.begin, chunk.task.end, chunk.lost);
    return;
  }
  const auto& [worker, result] = chunk.parts.front();
  const std::optional<absl::string_view> bytes =
      worker->arena.Get(result.result_begin, result.result_size);
  const absl::string_view block =
      chunk.task.block == kNoBlock
          ? absl::string_view()
          : absl::string_view(blocks_->block(chunk.task.block), chunk.task.end - chunk.task.begin);
  client_->Merge(source, {.bytes = *bytes,
                          .block = block,
                          .begin = chunk.task.begin,
                          .end = chunk.task.end,
                          .more = result.more != 0});
}

// The first part of the first chunk is merged, and maybe all of it.
absl::Status Coordinator::FinishFront() {
  OpenChunk& chunk = open_.front().front();
  const bool lost = chunk.parts.empty();
  if (!ReleaseFrontPart()) return absl::OkStatus();
  const std::optional<Note> note = lost ? std::nullopt : client_->Again();
  if (!note.has_value()) {
    open_.front().PopFront();
    return absl::OkStatus();
  }
  chunk.done = false;
  chunk.task.note = *note;
  chunk.task.parts = 0;
  return workers_.AssignToReserve(chunk.task, open_.front().source());
}

// What is not needed is dropped.
void Coordinator::PopFront() {
  if (ReleaseFrontPart()) open_.front().PopFront();
}

// Only now may the memory of the first part of the first chunk be used again. Whether it was the last.
bool Coordinator::ReleaseFrontPart() {
  OpenChunk& chunk = open_.front().front();
  if (chunk.parts.empty()) return true;
  const auto& [worker, result] = chunk.parts.front();
  worker->arena.Release(result.arena_end);
  --worker->uncommitted;
  worker->lane->WakeChild();
  chunk.parts.erase(chunk.parts.begin());
  return chunk.done && chunk.parts.empty() && chunk.lost.empty();
}

// No more of `source` is needed: what workers have of it is dropped.
void Coordinator::Decide(OpenSource* source) {
  source->Decide();
  if (next_.has_value() && next_->source == source->source().id) next_.reset();
}

void Coordinator::CloseFront() {
  OpenSource& front = open_.front();
  front.ReportErrors();
  client_->EndSource(front.source());
  flushed_ = false;
  StopStream(&front);
  front.DropCache(front.decided() ? kDecidedDropMicros : 0);
  open_files_ -= front.source().files();
  open_.pop_front();
}

// --- Handing out ---

absl::Status Coordinator::HandOut() {
  while (true) {
    absl::StatusOr<bool> handed_out = HandOutNext();
    if (!handed_out.ok() || !*handed_out) return handed_out.status();
  }
}

// False if there is no chunk to hand out now, or nobody to take it.
absl::StatusOr<bool> Coordinator::HandOutNext() {
  absl::StatusOr<bool> fetched = Fetch();
  if (!fetched.ok()) return fetched;
  const bool ready = *fetched && NextReady();
  const bool all_open = no_more_sources_ && Current() == nullptr;
  workers_.SetStarved(!ready && !all_open);
  if (!ready || (options_.first_alone && next_seq_ > 0 && !first_done_)) return false;
  absl::StatusOr<bool> can_assign = workers_.CanAssign();
  if (!can_assign.ok() || !*can_assign) return can_assign;
  OpenSource& source = *Find(next_->source);
  next_->seq = next_seq_++;
  source.HandOut(*next_);
  if (absl::Status status = workers_.Assign(*next_, source.source()); !status.ok()) {
    return status;
  }
  next_.reset();
  return true;
}

// Whether the bytes of the next chunk can be had without a wait. A pack is read by its worker.
bool Coordinator::NextReady() {
  const Source& source = Find(next_->source)->source();
  return next_->block != kNoBlock || next_->files != 0 ||
         read_ahead_.Ready(source, next_->begin, next_->end);
}

// Sees to it that next_ is the next chunk in order. False if there is none now.
absl::StatusOr<bool> Coordinator::Fetch() {
  while (!next_.has_value()) {
    OpenSource* const source = Current();
    if (source == nullptr) {
      if (no_more_sources_ || open_files_ >= most_open_files_) return false;
      if (absl::Status status = OpenNext(); !status.ok()) return status;
      continue;
    }
    absl::StatusOr<std::optional<Task>> next =
        source->Next([this](const Source& stream) { return StartStream(stream); },
                     [this] { workers_.CloseLanes(); });
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
OpenSource* Coordinator::Current() {
  const auto current = std::find_if(open_.begin(), open_.end(),
                                    [](const OpenSource& source) { return !source.exhausted(); });
  return current == open_.end() ? nullptr : &*current;
}

// Streams that follow are read as well: who writes one need not wait until those before it have ended.
absl::Status Coordinator::OpenAhead() {
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

absl::Status Coordinator::OpenNext() {
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

absl::StatusOr<std::unique_ptr<Stream>> Coordinator::StartStream(const Source& source) {
  if (!blocks_.ok()) return blocks_.status();
  const std::set<uint32_t> blocks = TakeBlocks(source);
  if (blocks.empty()) return nullptr;
  return Stream::Start(source,
                       {.delimiter = options_.delimiter,
                        .decoders = options_.decoders,
                        .patience_us = options_.patience_us,
                        .cpu = options_.feeder_cpu},
                       *blocks_, blocks, hook_, [this] { workers_.CloseLanes(); });
}

// Blocks that nobody has, as many as the stream may have: a few before its turn.
std::set<uint32_t> Coordinator::TakeBlocks(const Source& source) {
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

// --- What children say ---

OpenSource* Coordinator::Find(uint32_t id) {
  const auto found = std::find_if(open_.begin(), open_.end(), [id](const OpenSource& source) {
    return source.source().id == id;
  });
  return found == open_.end() ? nullptr : &*found;
}

OpenChunk* Coordinator::Find(const Task& task) { return &Find(task.source)->chunk(task.index); }

void Coordinator::OnResult(const std::shared_ptr<WorkerProcess>& worker, const Task& task,
                           const TaskResult& result) {
  OpenChunk* chunk = Find(task);
  chunk->done = result.more == 0;
  first_done_ = true;
  chunk->parts.push_back({worker, result});
}

WorkerPool::Retry Coordinator::OnDeath(Task* task, bool blamed, const ChildEnd& end) {
  OpenChunk* chunk = Find(*task);
  if (blamed) {
    ++retries_;
    ++task->attempt;
    if (end.signal != SIGKILL && end.signal != SIGTERM) ++chunk->faults;
    if (chunk->faults == kMostFaults || task->attempt == kMostDeaths) {
      chunk->done = true;
      first_done_ = true;
      chunk->lost = end.Describe();
      return WorkerPool::Retry::kNever;
    }
  }
  chunk->task = *task;
  return WorkerPool::Retry::kAgain;
}

absl::Status Coordinator::HandleDeaths() {
  return workers_.HandleDeaths(
      [this](const auto& worker, const Task& task, const TaskResult& result) {
        OnResult(worker, task, result);
      },
      [this](Task* task, bool blamed, const ChildEnd& end) { return OnDeath(task, blamed, end); },
      [this](uint32_t source) -> const Source& { return Find(source)->source(); });
}

void Coordinator::StopStream(OpenSource* source) {
  if (source->stream() == nullptr) return;
  source->stream()->Stop();
  feeder_stats_.push_back(source->stream()->stats());
  free_blocks_.insert(source->stream()->blocks().begin(), source->stream()->blocks().end());
  source->DropStream();
}

// --- Sleeping ---

absl::Status Coordinator::Sleep() {
  bool idle = workers_.PrepareToSleep() && !CommitReady();
  std::vector<pollfd> fds;
  fds.push_back({.fd = signals_.fd(), .events = POLLIN, .revents = 0});
  const short output_events = flushed_ ? 0 : POLLOUT;
  fds.push_back({.fd = client_->OutputFd(), .events = output_events, .revents = 0});
  workers_.AddPollFds(&fds);
  const size_t first_stream_fd = fds.size();
  for (OpenSource& source : open_) {
    if (source.stream() == nullptr) continue;
    // A block that nobody can take yet is no reason to stay awake.
    const bool nothing = source.stream()->PrepareToSleep();
    if (!nothing && !next_.has_value() && &source == Current()) idle = false;
    source.stream()->AddPollFds(&fds);
  }
  idle = read_ahead_.PrepareToSleep() && idle;
  read_ahead_.AddPollFds(&fds);
  if (poll(fds.data(), fds.size(), idle ? -1 : 0) < 0 && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "poll");
  }
  const bool died = workers_.Awake(&fds[2]);
  const pollfd* stream_fds = &fds[0] + first_stream_fd;
  for (OpenSource& source : open_) {
    if (source.stream() != nullptr) stream_fds = source.stream()->Awake(stream_fds);
  }
  read_ahead_.Awake(stream_fds);
  if (fds[0].revents != 0) {
    signal_ = signals_.Take();
    if (signal_ != 0) FlushForSignal();
    return absl::OkStatus();
  }
  if (flushed_ && (fds[1].revents & (POLLERR | POLLHUP)) != 0) {
    reader_gone_ = true;
    return absl::UnavailableError("nobody reads the output");
  }
  return died ? HandleDeaths() : absl::OkStatus();
}

// Ends the output after a whole record, but does not wait for its reader for ever.
void Coordinator::FlushForSignal() {
  client_->CutOutput();
  const uint64_t deadline = NowMicros() + kSignalFlushMicros;
  while (client_->Flush() == ScanClient::FlushState::kBlocked) {
    const uint64_t now = NowMicros();
    if (now >= deadline) break;
    pollfd output{.fd = client_->OutputFd(), .events = POLLOUT, .revents = 0};
    poll(&output, 1, static_cast<int>((deadline - now) / 1000) + 1);
  }
}

std::vector<ProcessStats> Coordinator::Stats() const {
  ProcessStats own = ProcessStats::OfThisProcess("coordinator");
  own.chunks = next_seq_;
  std::vector<ProcessStats> stats = workers_.Stats();
  stats.insert(stats.begin(), own);
  stats.insert(stats.end(), feeder_stats_.begin(), feeder_stats_.end());
  if (read_ahead_.stats().has_value()) stats.push_back(*read_ahead_.stats());
  return stats;
}

}  // namespace bigscan
