#include "ipc/worker.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

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
      const std::span<const PackedFile> files =
          task.block == kNoBlock ? FindSource(task.source) : std::span<const PackedFile>();
      hook_.MaybeDie(TestHook::Stage::kMap, task.seq, task.attempt);
      Handle(task, files);
    }
  }

 private:
  void Map(const Task& task, std::span<const PackedFile> files, ChunkMapper::SendPart send_part) {
    if (task.files != 0) return mapper_->MapPack(files, send_part, &result_);
    if (task.block == kNoBlock) {
      return mapper_->Map(task, files[0].fd.get(), "", send_part, &result_);
    }
    const absl::string_view block(blocks_ + task.block * block_size_,
                                  task.end - task.begin + task.after);
    return mapper_->Map(task, -1, block, send_part, &result_);
  }

  void Handle(const Task& task, std::span<const PackedFile> files) {
    result_.clear();
    uint32_t parts = 0;
    const auto send_part = [&] {
      if (result_.size() < ChunkMapper::kPartBytes) return;
      if (parts++ >= task.parts) {
        Send(task, true);
        hook_.MaybeDie(TestHook::Stage::kPart, task.seq, task.attempt);
      }
      result_.clear();
    };
    Map(task, files, send_part);
    Send(task, false);
    lane_->counters().done.fetch_add(1, std::memory_order_relaxed);
  }

  void Send(const Task& task, bool more) {
    if (result_.size() > arena_->capacity()) abort();  // breaks MostResultBytes
    std::optional<Arena::Place> place;
    WaitUntil([&] { return (place = arena_->Put(result_)).has_value(); });
    hook_.MaybeDie(TestHook::Stage::kSend, task.seq, task.attempt);
    lane_->SendToParent({.index = task.index,
                         .source = task.source,
                         .result_begin = place->begin,
                         .result_size = result_.size(),
                         .arena_end = place->arena_end,
                         .more = more});
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
    const bool starved = lane_->starved();
    ChildCounters& counters = lane_->counters();
    counters.waiting_since_us.store(start, std::memory_order_relaxed);
    lane_->WakeParent();  // it may be what we wait for
    while (true) {
      lane_->AnnounceChildSleep();
      if (ready()) break;
      Receive();
    }
    lane_->ChildAwake();
    counters.waiting_since_us.store(0, std::memory_order_relaxed);
    (starved ? counters.blocked_us : counters.waited_us)
        .fetch_add(NowMicros() - start, std::memory_order_relaxed);
  }

  void Receive() {
    absl::StatusOr<std::optional<ReceivedSource>> message = ReceiveMessage(lane_->child_socket());
    if (!message.ok()) _exit(absl::IsUnavailable(message.status()) ? 0 : 1);
    if (message->has_value()) {
      sources_.insert_or_assign((*message)->id, std::move((*message)->files));
    }
  }

  // The files of a source; the coordinator sent them before the first task. Tasks come in the order of
  // their sources, so that those before it are done with.
  std::span<const PackedFile> FindSource(uint32_t id) {
    while (!sources_.contains(id)) Receive();
    sources_.erase(sources_.begin(), sources_.find(id));
    return sources_.begin()->second;
  }

  static constexpr size_t kSmallResult = 64;

  WorkerLane* const lane_;
  Arena* const arena_;
  const char* const blocks_;
  const uint64_t block_size_;
  ChunkMapper* const mapper_;
  const TestHook& hook_;
  std::map<uint32_t, std::vector<PackedFile>> sources_;
  std::string result_;
};

}  // namespace

void RunWorker(WorkerLane* lane, Arena* arena, const char* blocks, uint64_t block_size,
               ChunkMapper* mapper, const TestHook& hook) {
  Worker(lane, arena, blocks, block_size, mapper, hook).Run();
  _exit(0);
}

}  // namespace bigscan
