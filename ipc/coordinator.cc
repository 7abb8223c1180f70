#include "ipc/coordinator.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ipc/clock.h"
#include "ipc/descriptor_limit.h"
#include "ipc/read_ahead.h"

namespace bigscan {
namespace {

// A chunk that has killed so many workers is skipped. By SIGKILL and SIGTERM others end a worker, who
// do not mean the chunk, unless it is the one that takes all memory.
constexpr uint32_t kMostFaults = 2;
constexpr uint32_t kMostDeaths = 8;
constexpr uint64_t kSignalFlushMicros = 1'000'000;

}  // namespace

Coordinator::Coordinator(const ScanOptions& options, ScanClient* client, ChunkMapper* mapper)
    : options_(options),
      client_(client),
      hook_(TestHook::FromEnvironment()),
      most_open_sources_(MostOpenSources(options.workers)),
      blocks_(BlockPool::Create(Stream::BlocksFor(options.workers), options.block_size,
                                options.most_record_bytes)),
      workers_(
          {.count = options.workers,
           .arena_bytes = mapper->MostResultBytes(std::max(options.chunk_size, options.block_size)),
           .cpus = options.worker_cpus},
          mapper, blocks_.ok() ? &*blocks_ : nullptr, hook_) {}

absl::Status Coordinator::Run() {
  const absl::Status status = Loop();
  for (OpenSource& source : open_) StopStream(&source);
  workers_.Stop();
  return status;
}

absl::Status Coordinator::Loop() {
  while (true) {
    workers_.TakeResults([this](const auto& worker, const Task& task, const TaskResult& result) {
      OnResult(worker, task, result);
    });
    if (absl::Status status = Commit(); !status.ok()) return status;
    if (client_->AllDecided() && flushed_) return absl::OkStatus();
    if (absl::Status status = HandOut(); !status.ok()) return status;
    if (finished()) return absl::OkStatus();
    if (absl::Status status = Sleep(); !status.ok() || signal_ != 0) return status;
  }
}

// --- Committing ---

// Whether the first source or chunk can be committed now.
bool Coordinator::CommitReady() const {
  if (!flushed_ || open_.empty()) return false;
  const OpenSource& front = open_.front();
  if (front.chunks.empty()) return Complete(front);
  return merged_front_ || front.chunks.front().done;
}

// Whether all chunks of `source` have been handed out.
bool Coordinator::Complete(const OpenSource& source) const {
  return source.exhausted && !(next_.has_value() && &source == &open_.back());
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
      PopFront();
      if (client_->SourceDecided()) Decide(&front);
    } else if (front.chunks.empty()) {
      if (!Complete(front)) return absl::OkStatus();
      CloseFront();
    } else if (!front.chunks.front().done) {
      return absl::OkStatus();
    } else if (front.decided) {
      PopFront();
    } else {
      MergeFront();
    }
  }
}

void Coordinator::MergeFront() {
  const Source& source = open_.front().source;
  const Chunk& chunk = open_.front().chunks.front();
  merged_front_ = true;
  flushed_ = false;
  if (!chunk.lost.empty()) {
    client_->Lost(source, chunk.task.begin, chunk.task.end, chunk.lost);
    return;
  }
  const std::optional<absl::string_view> bytes =
      chunk.worker->arena.Get(chunk.result.result_begin, chunk.result.result_size);
  if (chunk.result.loss.reason == Loss::Reason::kFailed) {
    client_->Lost(source, chunk.task.begin, chunk.task.end, *bytes);
    return;
  }
  const absl::string_view block =
      chunk.task.block == kNoBlock
          ? absl::string_view()
          : absl::string_view(blocks_->block(chunk.task.block), chunk.task.end - chunk.task.begin);
  client_->Merge(source, {.bytes = *bytes,
                          .block = block,
                          .begin = chunk.task.begin,
                          .end = chunk.task.end,
                          .records = chunk.result.records,
                          .loss = chunk.result.loss});
}

// The first chunk is done with: only now may its memory be used again.
void Coordinator::PopFront() {
  OpenSource& source = open_.front();
  Chunk& chunk = source.chunks.front();
  if (chunk.worker != nullptr) {
    chunk.worker->arena.Release(chunk.result.arena_end);
    --chunk.worker->uncommitted;
    chunk.worker->lane->WakeChild();
  }
  if (chunk.task.block != kNoBlock && source.stream != nullptr) {
    source.stream->Free(chunk.task.block);
  }
  source.chunks.pop_front();
  ++source.first_index;
}

// No more of `source` is needed: what workers have of it is dropped.
void Coordinator::Decide(OpenSource* source) {
  source->decided = true;
  source->exhausted = true;
  source->feeder_end.reset();
  source->read_error = 0;
  if (source->stream != nullptr) source->stream->Stop();
  if (source == &open_.back()) next_.reset();
}

void Coordinator::CloseFront() {
  OpenSource& front = open_.front();
  if (front.read_error != 0) client_->ReadError(front.source, front.read_error);
  if (front.feeder_end.has_value()) {
    client_->Lost(front.source, front.feeder_end->position, 0,
                  absl::StrCat("feeder ended by ", front.feeder_end->reason));
  }
  client_->EndSource(front.source);
  flushed_ = false;
  StopStream(&front);
  open_.pop_front();
}

// --- Handing out ---

absl::Status Coordinator::HandOut() {
  while (true) {
    absl::StatusOr<bool> fetched = Fetch();
    if (!fetched.ok() || !*fetched) return fetched.status();
    absl::StatusOr<bool> can_assign = workers_.CanAssign();
    if (!can_assign.ok() || !*can_assign) return can_assign.status();
    OpenSource& source = open_.back();
    next_->seq = next_seq_++;
    source.chunks.push_back({.task = *next_});
    if (absl::Status status = workers_.Assign(*next_, source.source.fd.get()); !status.ok()) {
      return status;
    }
    next_.reset();
  }
}

// Sees to it that next_ is the next chunk in order. False if there is none now.
absl::StatusOr<bool> Coordinator::Fetch() {
  while (!next_.has_value()) {
    if (open_.empty() || open_.back().exhausted) {
      if (no_more_sources_ || open_.size() == most_open_sources_) return false;
      if (absl::Status status = OpenNext(); !status.ok()) return status;
      continue;
    }
    OpenSource& source = open_.back();
    absl::StatusOr<bool> fetched =
        source.source.is_stream ? FetchBlock(&source) : FetchChunk(&source);
    if (!fetched.ok()) return fetched;
    if (!*fetched && !source.exhausted) return false;
  }
  return true;
}

absl::Status Coordinator::OpenNext() {
  std::optional<Source> next = client_->NextSource();
  if (!next.has_value()) {
    no_more_sources_ = true;
    return absl::OkStatus();
  }
  open_.emplace_back().source = *std::move(next);
  return absl::OkStatus();
}

absl::StatusOr<bool> Coordinator::FetchChunk(OpenSource* source) {
  const std::optional<ScanClient::Range> range = client_->NextChunk(source->source);
  if (!range.has_value()) {
    source->exhausted = true;
    return false;
  }
  ReadAhead(source->source.fd.get(), range->begin, range->end);
  next_ = Task{.seq = 0,
               .index = source->first_index + source->chunks.size(),
               .begin = range->begin,
               .end = range->end,
               .file_begin = source->source.begin,
               .file_end = source->source.end,
               .source = source->source.id,
               .block = kNoBlock,
               .attempt = 0};
  return true;
}

// Streams are fed one after the other: the next one begins when the blocks of the last are free.
absl::StatusOr<bool> Coordinator::StartStream(OpenSource* source) {
  const bool busy = std::any_of(open_.begin(), open_.end(),
                                [](const OpenSource& other) { return other.stream != nullptr; });
  if (busy) return false;
  if (!blocks_.ok()) return blocks_.status();
  auto stream = Stream::Start(source->source, options_.delimiter, *blocks_, options_.feeder_cpu,
                              hook_, [this] { workers_.CloseLanes(); });
  if (!stream.ok()) return stream.status();
  source->stream = *std::move(stream);
  return true;
}

absl::StatusOr<bool> Coordinator::FetchBlock(OpenSource* source) {
  if (source->stream == nullptr) {
    absl::StatusOr<bool> started = StartStream(source);
    if (!started.ok() || !*started) return started;
  }
  FilledBlock block;
  if (!source->stream->TakeBlock(&block)) {
    auto end = source->stream->Recover([this] { workers_.CloseLanes(); });
    if (!end.ok()) return end.status();
    if (end->has_value()) source->feeder_end = *std::move(end);
    source->exhausted = source->stream->at_end();
    return false;
  }
  source->exhausted = source->stream->at_end();
  source->read_error = block.error;
  const Task task{.seq = 0,
                  .index = source->first_index + source->chunks.size(),
                  .begin = block.begin,
                  .end = block.lost_end != 0 ? block.lost_end : block.begin + block.size,
                  .file_begin = 0,
                  .file_end = 0,
                  .source = source->source.id,
                  .block = block.block,
                  .attempt = 0};
  if (block.lost_end != 0) {
    source->chunks.push_back(
        {.task = task,
         .done = true,
         .lost = absl::StrCat("record longer than ", blocks_->capacity(), " bytes")});
    return false;
  }
  if (block.size == 0) {
    source->stream->Free(block.block);
    return false;
  }
  next_ = task;
  return true;
}

// --- What children say ---

Coordinator::OpenSource* Coordinator::Find(uint32_t id) {
  const auto found = std::find_if(open_.begin(), open_.end(), [id](const OpenSource& source) {
    return source.source.id == id;
  });
  return found == open_.end() ? nullptr : &*found;
}

Coordinator::Chunk* Coordinator::Find(const Task& task) {
  OpenSource* source = Find(task.source);
  return &source->chunks[task.index - source->first_index];
}

void Coordinator::OnResult(const std::shared_ptr<WorkerProcess>& worker, const Task& task,
                           const TaskResult& result) {
  Chunk* chunk = Find(task);
  chunk->done = true;
  chunk->worker = worker;
  chunk->result = result;
}

WorkerPool::Retry Coordinator::OnDeath(Task* task, bool blamed, const ChildEnd& end) {
  Chunk* chunk = Find(*task);
  if (blamed) {
    ++retries_;
    ++task->attempt;
    if (end.signal != SIGKILL && end.signal != SIGTERM) ++chunk->faults;
    if (chunk->faults == kMostFaults || task->attempt == kMostDeaths) {
      chunk->done = true;
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
      [this](uint32_t source) { return Find(source)->source.fd.get(); });
}

void Coordinator::StopStream(OpenSource* source) {
  if (source->stream == nullptr) return;
  source->stream->Stop();
  feeder_stats_.push_back(source->stream->stats());
  source->stream.reset();
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
    if (source.stream == nullptr) continue;
    // A block that nobody can take yet is no reason to stay awake.
    if (!source.stream->PrepareToSleep() && !next_.has_value()) idle = false;
    source.stream->AddPollFds(&fds);
  }
  if (poll(fds.data(), fds.size(), idle ? -1 : 0) < 0 && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "poll");
  }
  const bool died = workers_.Awake(&fds[2]);
  const pollfd* stream_fds = &fds[0] + first_stream_fd;
  for (OpenSource& source : open_) {
    if (source.stream != nullptr) stream_fds = source.stream->Awake(stream_fds);
  }
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
  return stats;
}

}  // namespace bigscan
