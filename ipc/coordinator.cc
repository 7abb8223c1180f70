#include "ipc/coordinator.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "ipc/clock.h"

namespace bigscan {
namespace {

// A chunk that has killed so many workers is skipped. By SIGKILL and SIGTERM others end a worker, who
// do not mean the chunk, unless it is the one that takes all memory.
constexpr uint32_t kMostFaults = 2;
constexpr uint32_t kMostDeaths = 8;
constexpr uint64_t kStopFlushMicros = 1'000'000;
// How long to wait for reads that turned out to be needless, to drop what they bring: of a source
// that was decided early, or of all that are open at the end.
constexpr uint64_t kDecidedDropMicros = 20'000;
constexpr uint64_t kLastDropMicros = 500'000;

}  // namespace

Coordinator::Coordinator(const ScanOptions& options, ScanClient* client, ChunkMapper* mapper)
    : options_(options),
      client_(client),
      hook_(TestHook::FromEnvironment()),
      confinement_(options.user),
      signals_(options.tick_us != 0),
      sources_(options_, client, &confinement_, hook_),
      workers_({.count = options.workers,
                .arena_bytes = mapper->MostResultBytes(),
                .cpus = options.worker_cpus},
               mapper, sources_.blocks(), &confinement_, hook_),
      read_ahead_({.enabled = options.read_ahead, .cpu = options.feeder_cpu}, &confinement_, hook_),
      wakes_(options.tick_us, options.deadline_us, NowMicros()) {}

absl::Status Coordinator::Run() {
  // Without it no signal would ever end the scan, as they are blocked.
  if (signals_.fd() < 0) return absl::ErrnoToStatus(signals_.error(), "signalfd");
  const absl::Status status = Loop();
  sources_.StopStreams();
  read_ahead_.Stop();
  workers_.Stop();
  sources_.DropCaches(kLastDropMicros);
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
      if (EndScan() || stopped_early()) return absl::OkStatus();
      continue;
    }
    if (absl::Status status = Sleep(); !status.ok() || stopped_early()) return status;
  }
}

// False the first time: there may be something to write at the end.
bool Coordinator::EndScan() {
  if (std::exchange(ended_, true)) return true;
  client_->EndScan();
  flushed_ = false;
  // It may take long, and ends without a result when it has to: then this must see the reason as well.
  for (int signal = signals_.Take(); signal != 0 && !stopped_early(); signal = signals_.Take()) {
    OnSignal(signal);
  }
  if (!stopped_early()) EndIfExpired(NowMicros());
  return false;
}

// --- Committing ---

// Whether the first source or chunk can be committed now.
bool Coordinator::CommitReady() const {
  if (!flushed_ || sources_.empty()) return false;
  const OpenSource& front = sources_.front();
  if (front.empty()) return sources_.FrontHandedOut();
  return merged_front_ || front.front().ready();
}

// Merges results as long as it is their turn and the output takes what comes of them, and nothing ends the scan.
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
    if (sources_.empty() || client_->AllDecided() || MustStop()) return absl::OkStatus();
    OpenSource& front = sources_.front();
    if (std::exchange(merged_front_, false)) {
      if (absl::Status status = FinishFront(); !status.ok()) return status;
      if (client_->SourceDecided()) {
        sources_.DecideFront();
        read_ahead_.Abandon(sources_.front().source());
      }
    } else if (front.empty()) {
      if (!sources_.FrontHandedOut()) return absl::OkStatus();
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
  const Source& source = sources_.front().source();
  OpenChunk& chunk = sources_.front().front();
  hook_.MaybeDie(TestHook::Stage::kCommit, chunk.task.seq, 0);
  merged_front_ = true;
  flushed_ = false;
  if (chunk.parts.empty()) {
    if (chunk.merged) chunk.lost += "; a part of what was found there counts";
    client_->Lost(source, chunk.task.begin, chunk.task.end, chunk.lost);
    return;
  }
  chunk.merged = true;
  const auto& [worker, result] = chunk.parts.front();
  const std::optional<absl::string_view> bytes =
      worker->arena.Get(result.result_begin, result.result_size);
  const absl::string_view block =
      chunk.task.block == kNoBlock ? absl::string_view()
                                   : absl::string_view(sources_.blocks()->block(chunk.task.block),
                                                       chunk.task.end - chunk.task.begin);
  client_->Merge(source, {.bytes = *bytes,
                          .block = block,
                          .begin = chunk.task.begin,
                          .end = chunk.task.end,
                          .more = result.more != 0});
}

// The first part of the first chunk is merged, and maybe all of it.
absl::Status Coordinator::FinishFront() {
  OpenChunk& chunk = sources_.front().front();
  hook_.MaybeDie(TestHook::Stage::kCommitted, chunk.task.seq, 0);
  const bool lost = chunk.parts.empty();
  if (!ReleaseFrontPart()) return absl::OkStatus();
  const std::optional<Note> note = lost ? std::nullopt : client_->Again();
  if (!note.has_value()) {
    sources_.front().PopFront();
    return absl::OkStatus();
  }
  chunk.done = false;
  chunk.task.note = *note;
  chunk.task.parts = 0;
  return workers_.AssignToReserve(chunk.task, sources_.front().source());
}

// What is not needed is dropped.
void Coordinator::PopFront() {
  if (ReleaseFrontPart()) sources_.front().PopFront();
}

// Only now may the memory of the first part of the first chunk be used again. Whether it was the last.
bool Coordinator::ReleaseFrontPart() {
  OpenChunk& chunk = sources_.front().front();
  if (chunk.parts.empty()) return true;
  const auto& [worker, result] = chunk.parts.front();
  worker->arena.Release(result.arena_end);
  --worker->uncommitted;
  worker->lane->WakeChild();
  chunk.parts.erase(chunk.parts.begin());
  return chunk.done && chunk.parts.empty() && chunk.lost.empty();
}

void Coordinator::CloseFront() {
  OpenSource& front = sources_.front();
  front.ReportErrors();
  client_->EndSource(front.source());
  flushed_ = false;
  sources_.CloseFront(front.decided() ? kDecidedDropMicros : 0);
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
  absl::StatusOr<bool> fetched = sources_.Fetch();
  if (!fetched.ok()) return fetched;
  const bool ready = *fetched && NextReady();
  workers_.SetStarved(!ready && !sources_.AllHandedOut());
  if (!ready || (options_.first_alone && next_seq_ > 0 && !first_done_)) return false;
  absl::StatusOr<bool> can_assign = workers_.CanAssign();
  if (!can_assign.ok() || !*can_assign) return can_assign;
  const Task task = sources_.TakeNext(next_seq_++);
  if (absl::Status status = workers_.Assign(task, sources_.Find(task.source)->source());
      !status.ok()) {
    return status;
  }
  return true;
}

// Whether the bytes of the next chunk can be had without a wait. A pack is read by its worker.
bool Coordinator::NextReady() {
  const Task& next = *sources_.next();
  return next.block != kNoBlock || next.files != 0 ||
         read_ahead_.Ready(sources_.Find(next.source)->source(), next.begin, next.end);
}

// --- What children say ---

OpenChunk* Coordinator::Find(const Task& task) {
  return &sources_.Find(task.source)->chunk(task.index);
}

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
      // Whole or not at all, as long as that can be. Those who have sent them are dead, and so need no room.
      if (!chunk->merged) chunk->parts.clear();
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
      [this](uint32_t source) -> const Source& { return sources_.Find(source)->source(); });
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
  idle = sources_.PrepareToSleep() && idle;
  sources_.AddPollFds(&fds);
  idle = read_ahead_.PrepareToSleep() && idle;
  read_ahead_.AddPollFds(&fds);
  const int idle_ms = wakes_.wanted() ? wakes_.PollMillis(NowMicros()) : -1;
  if (poll(fds.data(), fds.size(), idle ? idle_ms : 0) < 0 && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "poll");
  }
  const bool died = workers_.Awake(&fds[2]);
  read_ahead_.Awake(sources_.Awake(&fds[0] + first_stream_fd));
  if (fds[0].revents != 0) {
    OnSignal(signals_.Take());
    return absl::OkStatus();
  }
  if (flushed_ && (fds[1].revents & (POLLERR | POLLHUP)) != 0) {
    reader_gone_ = true;
    return absl::UnavailableError("nobody reads the output");
  }
  if (wakes_.wanted()) {
    const uint64_t now = NowMicros();
    EndIfExpired(now);
    if (timed_out_) return absl::OkStatus();
    if (wakes_.TakeTick(now)) client_->Tick(CurrentActivity());
  }
  return died ? HandleDeaths() : absl::OkStatus();
}

// For where more than one thing is done between two looks at the signals. Those are taken later.
bool Coordinator::MustStop() const {
  return SignalWatch::EndIsPending() || (wakes_.wanted() && wakes_.Expired(NowMicros()));
}

void Coordinator::EndIfExpired(uint64_t now) {
  timed_out_ = wakes_.Expired(now);
  if (timed_out_) StopEarly();
}

void Coordinator::OnSignal(int signal) {
  if (signal == 0) return;
  if (SignalWatch::Ends(signal)) {
    signal_ = signal;
    return StopEarly();
  }
  client_->SignalCame(signal, CurrentActivity());
  if (signal == SIGTSTP) SignalWatch::Stop();
}

Activity Coordinator::CurrentActivity() {
  Activity activity;
  workers_.AddActivity(NowMicros(), &activity);
  if (sources_.empty()) return activity;
  const OpenSource& front = sources_.front();
  if (front.stream() != nullptr && front.source().seekable) {
    activity.read_end = front.stream()->read_end();
  }
  return activity;
}

// Ends the output after a whole record, but does not wait for its reader for ever.
void Coordinator::StopEarly() {
  client_->CutOutput();
  const uint64_t deadline = NowMicros() + kStopFlushMicros;
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
  const std::vector<ProcessStats>& feeders = sources_.feeder_stats();
  stats.insert(stats.end(), feeders.begin(), feeders.end());
  if (read_ahead_.stats().has_value()) stats.push_back(*read_ahead_.stats());
  return stats;
}

}  // namespace bigscan
