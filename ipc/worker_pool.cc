#include "ipc/worker_pool.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

// Tasks in a lane, so that no worker waits for the coordinator between two.
constexpr size_t kDepth = 8;
constexpr int kMostIdleDeaths = 8;
// What a worker's results may take together while the output is slow.
constexpr uint64_t kUsualArenaBytes = 8 << 20;
// So many parts of results lie in an arena, and maybe one that is larger.
constexpr size_t kMostParts = kUsualArenaBytes / ChunkMapper::kPartBytes + 1;
// Results that a worker may have waiting for earlier chunks to be committed, so that its messages
// always fit into the lane.
constexpr size_t kMostUncommitted = WorkerLane::kCapacity - kDepth - kMostParts;

absl::Status SendFilesOf(const Source& source, int socket) {
  if (source.pack.empty()) {
    const int fd = source.fd.get();
    return SendSource(socket, source.id, {&fd, 1}, {});
  }
  int fds[kMostPackedFiles];
  uint64_t sizes[kMostPackedFiles];
  for (size_t i = 0; i < source.pack.size(); ++i) {
    fds[i] = source.pack[i].fd.get();
    sizes[i] = source.pack[i].size;
  }
  return SendSource(socket, source.id, {fds, source.pack.size()}, {sizes, source.pack.size()});
}

bool HasRoom(const WorkerProcess& worker) {
  return worker.tasks.size() < kDepth && worker.uncommitted < kMostUncommitted;
}

}  // namespace

WorkerPool::WorkerPool(Options options, ChunkMapper* mapper, const BlockPool* blocks,
                       Confinement* confinement, const TestHook& hook)
    : options_(std::move(options)),
      mapper_(mapper),
      blocks_(blocks),
      confinement_(confinement),
      hook_(hook) {}

WorkerPool::~WorkerPool() { Stop(); }

absl::Status WorkerPool::Spawn(size_t index) {
  auto lane = WorkerLane::Create();
  if (!lane.ok()) return lane.status();
  absl::StatusOr<Arena> arena = Arena::Create(options_.arena_bytes, kUsualArenaBytes);
  if (!arena.ok()) return arena.status();
  auto worker = std::make_shared<WorkerProcess>(*std::move(lane), *std::move(arena));

  confinement_->Prepare(Confinement::Role::kWorker);
  absl::StatusOr<Child> child = Child::Fork([&] {
    worker->lane->BecomeChild();
    CloseDescriptorsBut({worker->lane->child_socket()});
    if (blocks_ != nullptr) blocks_->MakeReadOnly();
    if (!options_.cpus.empty()) PinTo(options_.cpus[index % options_.cpus.size()]);
    confinement_->Enter(Confinement::Role::kWorker, worker->lane->child_socket(), -1,
                        &worker->lane->counters().in_force);
    RunWorker(worker->lane.get(), &worker->arena, blocks_ == nullptr ? nullptr : blocks_->memory(),
              blocks_ == nullptr ? 0 : blocks_->capacity(), mapper_, hook_);
  });
  if (!child.ok()) return child.status();
  worker->lane->BecomeParent();
  worker->arena.KeepFromFurtherChildren();
  worker->child.emplace(*std::move(child));
  if (index == workers_.size()) {
    workers_.push_back(nullptr);
    stats_.push_back({.name = absl::StrCat("worker ", index)});
  }
  workers_[index] = std::move(worker);
  return absl::OkStatus();
}

WorkerProcess* WorkerPool::LeastBusy() const {
  const auto end =
      workers_.begin() + static_cast<ptrdiff_t>(std::min<size_t>(workers_.size(), options_.count));
  const auto least = std::min_element(workers_.begin(), end, [](const auto& a, const auto& b) {
    return std::pair(!HasRoom(*a), a->tasks.size()) < std::pair(!HasRoom(*b), b->tasks.size());
  });
  return least == end || !HasRoom(**least) ? nullptr : least->get();
}

absl::StatusOr<bool> WorkerPool::CanAssign() {
  const WorkerProcess* least = LeastBusy();
  if (workers_.size() < options_.count && (least == nullptr || !least->tasks.empty())) {
    const absl::Status status = Spawn(workers_.size());
    if (!status.ok() && workers_.empty())
      return status;  // with fewer workers than asked for, go on
    return status.ok() || least != nullptr;
  }
  return least != nullptr;
}

absl::Status WorkerPool::Assign(const Task& task, const Source& source) {
  return Give(task, source, LeastBusy());
}

absl::Status WorkerPool::Give(const Task& task, const Source& source, WorkerProcess* worker) {
  if (task.block == kNoBlock && worker->last_source < int64_t{task.source}) {
    absl::Status status = SendFilesOf(source, worker->lane->parent_socket());
    // A worker that died just now shows as such in the next round, and its tasks are given away.
    if (!status.ok() && !absl::IsUnavailable(status)) return status;
    worker->last_source = task.source;
  }
  worker->tasks.push_back(task);
  worker->lane->SendToChild(task);
  return absl::OkStatus();
}

absl::Status WorkerPool::AssignToReserve(const Task& task, const Source& source) {
  while (workers_.size() <= options_.count) {
    if (absl::Status status = Spawn(workers_.size()); !status.ok()) return status;
  }
  return Give(task, source, workers_.back().get());
}

void WorkerPool::TakeResults(OnResult on_result) {
  for (const std::shared_ptr<WorkerProcess>& worker : workers_) {
    TaskResult result;
    while (!worker->tasks.empty() && worker->lane->TakeFromChild(&result)) {
      const Task task = worker->tasks.front();
      if (result.source != task.source || result.index != task.index ||
          !worker->arena.Get(result.result_begin, result.result_size).has_value()) {
        worker->child->Kill();  // what it writes into its lane can no longer be trusted
        break;
      }
      if (result.more != 0) {
        ++worker->tasks.front().parts;
      } else {
        worker->tasks.pop_front();
      }
      ++worker->uncommitted;
      idle_deaths_ = 0;
      on_result(worker, task, result);
    }
  }
}

void WorkerPool::Reap(size_t index, ChildEnd* end) {
  WorkerProcess& worker = *workers_[index];
  *end = worker.child->Reap();
  ProcessStats& stats = stats_[index];
  stats.AddUsage(end->usage);
  stats.AddCounters(worker.lane->counters());
}

absl::Status WorkerPool::HandleDeaths(OnResult on_result, OnDeath on_death,
                                      absl::FunctionRef<const Source&(uint32_t)> find_source) {
  for (size_t i = 0; i < workers_.size(); ++i) {
    pollfd died{.fd = workers_[i]->child->pidfd(), .events = POLLIN, .revents = 0};
    if (poll(&died, 1, 0) != 1) continue;
    const std::shared_ptr<WorkerProcess> dead = workers_[i];
    ChildEnd end;
    Reap(i, &end);
    ++stats_[i].deaths;
    TakeResults(on_result);  // what it completed counts

    // Whether it had taken its first task: the queue then holds fewer than it was given.
    bool blamed = dead->lane->QueuedForChild() < dead->tasks.size();
    if (!blamed && ++idle_deaths_ > kMostIdleDeaths) {
      return absl::UnavailableError(
          absl::StrCat("workers die before they do anything: ", end.Describe()));
    }
    if (absl::Status status = Spawn(i); !status.ok()) return status;
    // In their old order, all of them to the replacement: its arena is empty, so that the chunk
    // that the others may be waiting for always finds room.
    WorkerProcess& replacement = *workers_[i];
    for (Task& task : dead->tasks) {
      const Retry retry = on_death(&task, std::exchange(blamed, false), end);
      if (retry == Retry::kNever) continue;
      if (absl::Status status = Give(task, find_source(task.source), &replacement); !status.ok()) {
        return status;
      }
    }
    dead->tasks.clear();
  }
  return absl::OkStatus();
}

void WorkerPool::SetStarved(bool starved) {
  for (const auto& worker : workers_) worker->lane->SetStarved(starved);
}

void WorkerPool::AddActivity(uint64_t now, Activity* activity) const {
  for (const auto& worker : workers_) {
    const ChildCounters& counters = worker->lane->counters();
    activity->worker_us += now - worker->started_us;
    activity->blocked_us += counters.blocked_us.load(std::memory_order_relaxed);
    activity->waited_us += counters.waited_us.load(std::memory_order_relaxed);
    const uint64_t since = counters.waiting_since_us.load(std::memory_order_relaxed);
    if (since == 0 || since > now) continue;
    (worker->lane->starved() ? activity->blocked_us : activity->waited_us) += now - since;
  }
}

bool WorkerPool::PrepareToSleep() {
  bool nothing = true;
  for (const auto& worker : workers_) {
    worker->lane->AnnounceParentSleep();
    if (worker->lane->HasFromChild()) nothing = false;
  }
  return nothing;
}

void WorkerPool::AddPollFds(std::vector<pollfd>* fds) const {
  for (const auto& worker : workers_) {
    fds->push_back({.fd = worker->lane->parent_socket(), .events = POLLIN, .revents = 0});
    fds->push_back({.fd = worker->child->pidfd(), .events = POLLIN, .revents = 0});
  }
}

bool WorkerPool::Awake(const pollfd* fds) {
  bool died = false;
  for (const auto& worker : workers_) {
    worker->lane->ParentAwake();
    if (fds++->revents != 0) TakeWake(worker->lane->parent_socket());
    died |= fds++->revents != 0;
  }
  return died;
}

void WorkerPool::Stop() {
  for (const auto& worker : workers_) worker->child->Kill();
  for (size_t i = 0; i < workers_.size(); ++i) {
    ChildEnd end;
    Reap(i, &end);
  }
  workers_.clear();
}

}  // namespace bigscan
