#include "ipc/worker.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "ipc/clock.h"

namespace bigscan {
namespace {

// A worker that has at least this many tasks left lets results without bytes of their own wait for
// the next wake: the coordinator then handles several at once.
constexpr size_t kEnoughTasks = 2;

class Worker {
 public:
  Worker(WorkerLane* lane, Arena* arena, const char* blocks, uint64_t block_size,
         ChunkMapper* mapper, const TestHook& hook)
      : lane_(lane),
        arena_(arena),
        blocks_(blocks),
        block_size_(block_size),
        mapper_(mapper),
        hook_(hook) {}

  void Run() {
    while (true) {
      Task task;
      WaitUntil([&] { return lane_->TakeFromParent(&task); });
      const int fd = task.block == kNoBlock ? FindSource(task.source) : -1;
      hook_.MaybeDie(TestHook::Stage::kMap, task.seq, task.attempt);
      Handle(task, fd);
    }
  }

 private:
  void Handle(const Task& task, int fd) {
    result_.clear();
    const absl::string_view block =
        task.block == kNoBlock
            ? absl::string_view()
            : absl::string_view(blocks_ + task.block * block_size_, task.end - task.begin);
    const ChunkMapper::Outcome outcome = mapper_->Map(task, fd, block, &result_);
    if (result_.size() > arena_->capacity()) abort();  // breaks MostResultBytes

    std::optional<Arena::Place> place;
    WaitUntil([&] { return (place = arena_->Put(result_)).has_value(); });
    hook_.MaybeDie(TestHook::Stage::kSend, task.seq, task.attempt);
    lane_->SendToParent({.index = task.index,
                         .source = task.source,
                         .result_begin = place->begin,
                         .result_size = result_.size(),
                         .arena_end = place->arena_end,
                         .records = outcome.records,
                         .loss = outcome.loss});
    ChildCounters& counters = lane_->counters();
    counters.done.fetch_add(1, std::memory_order_relaxed);
    if (lane_->WaitingForChild() < kEnoughTasks || result_.size() > kSmallResult ||
        task.block != kNoBlock) {
      lane_->WakeParent();
    }
  }

  // Sleeps until `ready` or the end of the coordinator. Descriptors that come meanwhile are kept.
  template <typename Ready>
  void WaitUntil(Ready ready) {
    if (ready()) return;
    const uint64_t start = NowMicros();
    lane_->WakeParent();  // it may be what we wait for
    while (true) {
      lane_->AnnounceChildSleep();
      if (ready()) break;
      Receive();
    }
    lane_->ChildAwake();
    lane_->counters().waited_us.fetch_add(NowMicros() - start, std::memory_order_relaxed);
  }

  void Receive() {
    absl::StatusOr<std::optional<ReceivedSource>> message = ReceiveMessage(lane_->child_socket());
    if (!message.ok()) _exit(absl::IsUnavailable(message.status()) ? 0 : 1);
    if (message->has_value()) {
      sources_.insert_or_assign((*message)->id, std::move((*message)->fd));
    }
  }

  // The descriptor of a source; the coordinator sent it before the first task. Tasks come in the
  // order of their sources, so that those before it are done with.
  int FindSource(uint32_t id) {
    while (!sources_.contains(id)) Receive();
    sources_.erase(sources_.begin(), sources_.find(id));
    return sources_.at(id).get();
  }

  static constexpr size_t kSmallResult = 64;

  WorkerLane* const lane_;
  Arena* const arena_;
  const char* const blocks_;
  const uint64_t block_size_;
  ChunkMapper* const mapper_;
  const TestHook& hook_;
  std::map<uint32_t, UniqueFd> sources_;
  std::string result_;
};

}  // namespace

void RunWorker(WorkerLane* lane, Arena* arena, const char* blocks, uint64_t block_size,
               ChunkMapper* mapper, const TestHook& hook) {
  Worker(lane, arena, blocks, block_size, mapper, hook).Run();
  _exit(0);
}

}  // namespace bigscan
